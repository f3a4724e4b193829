/** Bytes of UTF-8 that a message may have. */
export const MAX_BODY_BYTES = 32 * 1024

/** Counts the bytes of a text as the server does. */
export function bytesOf(text: string): number {
  // Below this length no text can reach the limit, and encoding it at every key would be wasted.
  return text.length * 3 < MAX_BODY_BYTES / 2 ? text.length : new TextEncoder().encode(text).length
}

/** A number of bytes in words. */
export function sizeOf(bytes: number, locale: string): string {
  const unit = bytes < 1024 ? 'byte' : bytes < 1024 * 1024 ? 'kilobyte' : 'megabyte'
  const divisor = { byte: 1, kilobyte: 1024, megabyte: 1024 * 1024 }[unit]
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  })
  return format.format(bytes / divisor)
}
