import { domainToASCII, domainToUnicode } from 'node:url'
import { z } from 'zod'

/** RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3, in octets; the path includes the angle brackets. */
const MAX_LOCAL_BYTES = 64
const MAX_BYTES = 254

const ASCII = /^\p{ASCII}*$/u
/** RFC 6531 allows anything beyond ASCII; what is no letter, mark or digit nobody can type, or see. */
const NON_ASCII_LETTERS = /(?!\p{ASCII})[\p{L}\p{M}\p{N}]/gu
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/**
 * An e-mail address, internationalised ones included (RFC 6531): a domain in either spelling becomes the readable one, and the
 * local part is composed (NFC). An address in plain ASCII stays as it is, without the spaces that lists have around it.
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
  // The conversion drops line breaks rather than refuse them, and takes any hyphen.
  if (/[\p{Cc}\p{Z}]|(^|\.)-|-(\.|$)/u.test(domain)) return undefined
  const ascii = domainToASCII(domain).toLowerCase()
  const address = `${local}@${domainToUnicode(ascii)}`
  const longest = Math.max(Buffer.byteLength(address), Buffer.byteLength(`${local}@${ascii}`))
  if (split < 1 || longest > MAX_BYTES || Buffer.byteLength(local) > MAX_LOCAL_BYTES) return undefined
  // Letters of all scripts stand where those of ASCII do.
  return DOMAIN.test(ascii) && isPlain(`${local.replaceAll(NON_ASCII_LETTERS, 'x')}@example.com`)
    ? address
    : undefined
}

function isPlain(address: string): boolean {
  return z.email().safeParse(address).success
}
