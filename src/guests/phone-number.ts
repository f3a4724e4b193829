import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { z } from 'zod'

const MAX_LENGTH = 64

/**
 * A phone number, in E.164 such as +14155550123. Spaces, brackets and hyphens are allowed; the country's number is not left
 * out, because guests of one company live in several countries.
 */
export const phoneNumber = z.string().transform((value, context) => {
  const found = readPhone(value)
  if (found) return found
  context.addIssue({
    code: 'custom',
    message: 'This is not a phone number with its country, such as +1 415 555 0123.',
  })
  return z.NEVER
})

/** A phone number that can receive SMS: those that are known to be landlines are refused. */
export const mobileNumber = phoneNumber.refine((value) => !isLandline(value), {
  error: 'This is a landline, which receives no SMS.',
})

/** Returns the number in E.164, undefined if the text is no valid number with its country. */
export function readPhone(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const found = parsePhoneNumberFromString(text.normalize('NFKC'), { extract: false })
  return found?.isValid() && !found.ext ? found.number : undefined
}

/** In North America one range of numbers serves both kinds, and those count as mobile. */
function isLandline(number: string): boolean {
  const kind = parsePhoneNumberFromString(number)?.getType()
  return kind === 'FIXED_LINE' || kind === 'PAGER' || kind === 'UAN' || kind === 'VOICEMAIL'
}
