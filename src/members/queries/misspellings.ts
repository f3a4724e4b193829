/** Letters as `fold` leaves them, script by script; other scripts are searched as they are written. */
const ALPHABETS = [
  'abcdefghijklmnopqrstuvwxyzæøłđı',
  'αβγδεζηθικλμνξοπρστυφχψω',
  'абвгдежзиклмнопрстуфхцчшщъыьэюяієґ',
  'אבגדהוזחטיךכלםמןנסעףפץצקרשת',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئپچژگکی',
]
const MIN_LENGTH = 3
const MAX_LENGTH = 16
/** Each variant is one look-up of some microseconds. */
const MAX_VARIANTS = 2000

/** A way to read one of the words of a search. */
export interface Variant {
  /** Which word, from 0. */
  nth: number
  text: string
}

/**
 * The words of a search and what each may have been meant to be: two letters swapped, one missing, one too many or one
 * wrong. Words under three letters, and those past the first 2,000 variants, are taken as they are.
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
