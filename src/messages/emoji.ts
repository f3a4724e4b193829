// Node 20 has the set flag, which is newer than the language level that the sources are checked against.
const SETS = 'v' as string
const EMOJI = new RegExp('^\\p{RGI_Emoji}$', SETS)
const VARIATION_SELECTOR = '\u{FE0F}'

/**
 * The one form of an emoji in which Unicode recommends it (emoji-test.txt, "fully-qualified"), however its variation
 * selectors were given; undefined for anything that is not exactly one emoji.
 */
export function canonicalEmoji(text: string): string | undefined {
  if (text.length > 64) return undefined
  const bare = [...text].filter((point) => point !== VARIATION_SELECTOR)
  const qualified = bare.map((point, at) =>
    wantsSelector(point, bare[at + 1]) ? point + VARIATION_SELECTOR : point,
  )
  return [bare.join(''), qualified.join('')].find((form) => EMOJI.test(form))
}

/** Drawn as text unless told otherwise; a skin tone tells so by itself. */
function wantsSelector(point: string, next: string | undefined): boolean {
  if (next !== undefined && /\p{Emoji_Modifier}/u.test(next)) return false
  return /\p{Emoji}/u.test(point) && !/\p{Emoji_Presentation}|\p{Emoji_Modifier}/u.test(point)
}
