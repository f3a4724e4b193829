/** Line breaks and other controls: in a name or a title they would write lines of their own. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu

/**
 * Marks that turn the direction of what follows them, and others that are drawn as nothing: a name that holds them changes
 * how the rest of the line is read. Joiners stay, which emoji and several scripts are written with.
 */
const INVISIBLE =
  /[\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]/gu

/** A text that people wrote, such as a name, as one line of an e-mail: nothing in it acts on what stands around it. */
export function oneLine(text: string): string {
  return withoutDirections(text).replaceAll(BREAKS, ' ').trim()
}

/** A text of several lines that no character mirrors. */
export function withoutDirections(text: string): string {
  return text.replaceAll(INVISIBLE, '')
}
