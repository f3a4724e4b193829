// Node 20 supports the `v` flag, but the configured language level does not know it yet.
const SETS = 'v' as string
const EMOJI = new RegExp('^\\p{RGI_Emoji}$', SETS)
const VARIATION_SELECTOR = '\u{FE0F}'

/**
 * Returns the fully-qualified form of an emoji (emoji-test.txt of Unicode), whichever variation selectors were given.
 * Returns undefined for anything other than one emoji.
 */
export function canonicalEmoji(text: string): string | undefined {
  if (text.length > 64) return undefined
  const bare = [...text].filter((point) => point !== VARIATION_SELECTOR)
  const qualified = bare.map((point, at) =>
    wantsSelector(point, bare[at + 1]) ? point + VARIATION_SELECTOR : point,
  )
  return [bare.join(''), qualified.join('')].find((form) => EMOJI.test(form))
}

/**
 * True if the character is displayed as text by default and no skin tone follows, so that it needs a variation
 * selector.
 */
function wantsSelector(point: string, next: string | undefined): boolean {
  if (next !== undefined && /\p{Emoji_Modifier}/u.test(next)) return false
  return /\p{Emoji}/u.test(point) && !/\p{Emoji_Presentation}|\p{Emoji_Modifier}/u.test(point)
}
