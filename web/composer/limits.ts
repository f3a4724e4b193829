/** Returns how many bytes of UTF-8 a text has beyond a limit; negative or zero if it is within. */
export function bytesOver(text: string, limit: number): number {
  // Below this length no text can reach the limit, and encoding it at every key would be wasted.
  const bytes = text.length * 3 < limit ? text.length : new TextEncoder().encode(text).length
  return bytes - limit
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
