/** The alphabet of an SMS: 7 bits for a character, or 16. */
export type SmsEncoding = 'GSM7' | 'UCS2'

/** The size of a text as SMS. */
export interface SmsSize {
  encoding: SmsEncoding
  /** Number of UTF-16 units, or of GSM-7 characters, of which some count twice. */
  characters: number
  segments: number
}

/** Maximum length of a text that a provider takes, in UTF-16 units. */
export const MAX_SMS_LENGTH = 1_600

/** The default alphabet of 3GPP TS 23.038, 6.2.1. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Its extension table: each of these is sent as two characters. */
const EXTENDED = new Set('^{}\\[~]|€\f')

const SIZES = { GSM7: { single: 160, part: 153 }, UCS2: { single: 70, part: 67 } }

/**
 * Counts what a text takes as SMS. A text of several segments has less room in each, and no character is split between two:
 * neither an escaped one nor a surrogate pair.
 */
export function smsSize(text: string): SmsSize {
  const units = [...text]
  const encoding = units.every((unit) => BASIC.has(unit) || EXTENDED.has(unit)) ? 'GSM7' : 'UCS2'
  const sizes = units.map((unit) => (encoding === 'UCS2' ? unit.length : EXTENDED.has(unit) ? 2 : 1))
  const characters = sizes.reduce((sum, size) => sum + size, 0)
  const { single, part } = SIZES[encoding]
  return { encoding, characters, segments: characters <= single ? 1 : partsOf(sizes, part) }
}

function partsOf(sizes: readonly number[], room: number): number {
  let parts = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > room) {
      parts += 1
      used = 0
    }
    used += size
  }
  return parts
}
