import { domainToASCII, domainToUnicode } from 'node:url'
import { z } from 'zod'

/** RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3, in octets; the path includes the angle brackets. */
const MAX_LOCAL_BYTES = 64
const MAX_BYTES = 254

const ASCII = /^\p{ASCII}*$/u
/** RFC 6531 allows all characters beyond ASCII; only letters, marks and digits can be seen and typed. */
const NON_ASCII_LETTERS = /(?!\p{ASCII})[\p{L}\p{M}\p{N}]/gu
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/**
 * Validates an e-mail address, also an internationalised one (RFC 6531). The domain is stored in its readable spelling,
 * and the local part in NFC. A plain ASCII address stays as it is, apart from the spaces around it.
 */
export function emailAddress(detail: string) {
  return z.string().transform((value, context) => {
    const address = normalised(value.trim())
    if (address !== undefined) return address
    context.addIssue({ code: 'custom', message: detail })
    return z.NEVER
  })
}

function normalised(value: string): string | undefined {
  if (value.length > MAX_BYTES) return undefined
  const split = value.lastIndexOf('@')
  const [local, domain] = [value.slice(0, split).normalize('NFC'), value.slice(split + 1)]
  if (ASCII.test(value) && !/(^|\.)xn--/i.test(domain)) {
    return isPlain(value) ? value : undefined
  }
  // The conversion silently drops line breaks and accepts any hyphen, so both are checked here.
  if (/[\p{Cc}\p{Z}]|(^|\.)-|-(\.|$)/u.test(domain)) return undefined
  const ascii = domainToASCII(domain).toLowerCase()
  const readable = domainToUnicode(ascii)
  // Some versions of Node leave a label as it is that is no Punycode, instead of refusing it.
  if (/(^|\.)xn--/.test(readable)) return undefined
  const address = `${local}@${readable}`
  const longest = Math.max(Buffer.byteLength(address), Buffer.byteLength(`${local}@${ascii}`))
  if (split < 1 || longest > MAX_BYTES || Buffer.byteLength(local) > MAX_LOCAL_BYTES) return undefined
  // Letters of other scripts are allowed wherever ASCII letters are.
  return DOMAIN.test(ascii) && isPlain(`${local.replaceAll(NON_ASCII_LETTERS, 'x')}@example.com`)
    ? address
    : undefined
}

function isPlain(address: string): boolean {
  return z.email().safeParse(address).success
}
