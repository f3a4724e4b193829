/**
 * The alphabets in which misspellings are corrected, as `fold` returns their letters. Words of other scripts must be
 * spelled correctly.
 */
const ALPHABETS = [
  'abcdefghijklmnopqrstuvwxyzæøłđı',
  'αβγδεζηθικλμνξοπρστυφχψω',
  'абвгдежзиклмнопрстуфхцчшщъыьэюяієґ',
  'אבגדהוזחטיךכלםמןנסעףפץצקרשת',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئپچژگکی',
]
const MIN_LENGTH = 3
const MAX_LENGTH = 16
/** Maximum number of variants per search. Each costs one look-up of some microseconds. */
const MAX_VARIANTS = 2000

/** A possible correct spelling of one word of a search. */
export interface Variant {
  /** The index of the word, from 0. */
  nth: number
  text: string
}

/**
 * Returns the words of a search and their possible correct spellings: two letters swapped, one missing, one too many or
 * one wrong. Words of under three letters, and words after the first 2,000 variants, are taken as they are.
 */
export function misspellings(words: readonly string[]): Variant[] {
  const variants: Variant[] = []
  for (const [nth, word] of words.entries()) {
    const meant = variants.length < MAX_VARIANTS ? meanings(word) : []
    for (const text of new Set([word, ...meant])) variants.push({ nth, text })
  }
  return variants
}

function meanings(word: string): string[] {
  const letters = [...word]
  if (letters.length < MIN_LENGTH || letters.length > MAX_LENGTH) return []
  const alphabet = ALPHABETS.filter((script) => letters.some((letter) => script.includes(letter))).join('')
  const found: string[] = []
  for (const at of letters.keys()) {
    const before = letters.slice(0, at).join('')
    const after = letters.slice(at + 1).join('')
    const letter = letters[at] ?? ''
    const next = letters[at + 1]
    if (letters.length > MIN_LENGTH) found.push(before + after)
    if (next !== undefined) found.push(before + next + letter + letters.slice(at + 2).join(''))
    for (const other of alphabet) found.push(before + other + after, before + other + letter + after)
  }
  return found
}
