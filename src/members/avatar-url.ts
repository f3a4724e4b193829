import { isLoopbackHost } from '../http/this-machine.ts'
import { text } from '../input.ts'

const MAX_BYTES = 2_048

/**
 * The address of a person's picture, as a browser writes it: https, because pages with TLS load nothing else, or http on this
 * machine. Up to 2 KiB, without a name and password, which everybody would read.
 */
export const avatarUrl = text(MAX_BYTES, 'The avatarUrl').transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.host))
  if (url && isSafe && url.username === '' && url.password === '' && url.href.length <= MAX_BYTES)
    return url.href
  context.addIssue({
    code: 'custom',
    message: 'This is not an https address, such as https://example.com/alice.png.',
  })
  return ''
})
