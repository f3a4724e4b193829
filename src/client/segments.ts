import { fold } from './fold.ts'

/**
 * A segment of a text, as search compares it: a word, or a run of characters of a script in which any part can be
 * searched, usually because it is written without spaces.
 */
export interface Segment {
  kind: 'word' | 'run'
  text: string
  /** The sign between this word and the previous one: the dot of invoice.pdf, the apostrophe of doctor's. */
  joinedBy?: string
  /** Its place in the folded text: the index of its beginning, and the one after its end. */
  at: number
  end: number
}

/**
 * Han, Kana, Thai, Lao, Khmer and Myanmar; and Hangul, whose words end in particles that nobody searches for (회의는 is
 * found by 회의). Punctuation that they share with other scripts is excluded.
 */
const RUN =
  /((?:(?=[\p{L}\p{M}\p{N}])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])+)/u
/**
 * A regular expression, because Intl.Segmenter takes quadratic time. The mark of Hebrew abbreviations counts as a
 * letter.
 */
const WORD = '[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}]|(?<=[א-ת])\\u05f4(?=[א-ת]))*'
const EMOJI =
  '\\p{Regional_Indicator}{1,2}|\\p{Extended_Pictographic}\\p{Emoji_Modifier}?(?:\\u200d\\p{Extended_Pictographic}\\p{Emoji_Modifier}?)*'
/** Removed from emoji, so that an emoji is found with and without a skin tone. */
const SKIN_TONES = /\p{Emoji_Modifier}/gu
const PIECE = new RegExp(`(${WORD})|${EMOJI}`, 'gu')
/** Signs that join two words, and signs that do so between digits only. */
const JOINS = new Set(["'", '.', '_', ':', '\u00b7', '\u2027'])
const JOINS_OF_DIGITS = new Set([',', ';'])
const STARTS_WITH_DIGIT = /^\p{Nd}/u
const ENDS_WITH_DIGIT = /\p{Nd}$/u

/** Returns the segments of a text in order, folded. Punctuation is left out, and an emoji is a word. */
export function searchSegments(text: string): Segment[] {
  return segmentsOf(fold(text))
}

/** Returns the segments of a text that is folded already. */
export function segmentsOf(folded: string): Segment[] {
  let at = 0
  // Splitting by a group returns the texts between the matches and the matches alternately.
  return folded.split(RUN).flatMap((part, index): Segment[] => {
    const start = at
    at += part.length
    return index % 2 === 1 ? [{ kind: 'run', text: part, at: start, end: at }] : wordsOf(part, start)
  })
}

function wordsOf(part: string, start: number): Segment[] {
  const words: Segment[] = []
  let end = -1
  for (const match of part.matchAll(PIECE)) {
    const [piece, word] = match
    const text = word ?? piece.replace(SKIN_TONES, '')
    const before = words.at(-1)
    const joinedBy = word !== undefined && end >= 0 ? part.slice(end, match.index) : ''
    const isJoined = before !== undefined && joins(before.text, joinedBy, text)
    const place = { at: start + match.index, end: start + match.index + piece.length }
    words.push(isJoined ? { kind: 'word', text, joinedBy, ...place } : { kind: 'word', text, ...place })
    end = word === undefined ? -1 : match.index + piece.length
  }
  return words
}

function joins(before: string, sign: string, after: string): boolean {
  if (JOINS.has(sign)) return true
  return JOINS_OF_DIGITS.has(sign) && ENDS_WITH_DIGIT.test(before) && STARTS_WITH_DIGIT.test(after)
}

/** Returns all pairs of neighbouring characters of a run, or its only character. */
export function pairsOf(run: string): string[] {
  const characters = [...run]
  return characters.length === 1
    ? characters
    : characters.slice(1).map((each, index) => characters[index] + each)
}

/** Returns each pair of words that a sign joins: for a.b.c, a.b and b.c. */
export function joinedPairsOf(segments: Segment[]): string[] {
  return segments.flatMap(({ text, joinedBy }, index) =>
    joinedBy === undefined ? [] : [`${segments[index - 1]?.text}${joinedBy}${text}`],
  )
}
