/** Line breaks and other control characters. In a name or title they would begin new lines of the e-mail. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu

/**
 * Marks that change the direction of the following text, and other invisible characters. A name with them would change
 * how the rest of the line is read. Joiners are kept, because emoji and several scripts need them.
 */
const INVISIBLE =
  /[\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]/gu

/** Returns a text written by people, such as a name, as one line of an e-mail that cannot affect the text around it. */
export function oneLine(text: string): string {
  return withoutDirections(text).replaceAll(BREAKS, ' ').trim()
}

/** Removes characters that change the direction from a text of several lines. */
export function withoutDirections(text: string): string {
  return text.replaceAll(INVISIBLE, '')
}
