import { fold, withOneGershayim } from './fold.ts'
import { type Segment, searchSegments, segmentsOf } from './segments.ts'

export { fold } from './fold.ts'

/** A stretch of a text that a search has found, from one index of UTF-16 up to another. */
export interface SearchHit {
  start: number
  end: number
}

/** A character with its marks, joined emoji and vowels of Hangul: what is folded as one. */
const CHARACTER =
  /\P{M}(?:[\p{M}\uff9e\uff9f\u1160-\u11ff]|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic}?)*|\p{M}+/gu
const SPACE = /^\s+$/u

/**
 * Returns where the words of a search text stand in a text, as the server's search compares them: whole words, and in scripts
 * without spaces any part. The hits are in order and do not overlap.
 */
export function searchHits(text: string, searched: string): SearchHit[] {
  const wanted = searchSegments(searched)
  if (wanted.length === 0) return []
  const words = new Set(wanted.filter(({ kind }) => kind === 'word').map((segment) => segment.text))
  const runs = wanted.filter(({ kind }) => kind === 'run').map((segment) => segment.text)
  const { folded, starts, ends } = foldByCharacter(text)
  const hits = segmentsOf(folded).flatMap((segment) => {
    if (segment.kind === 'run') return runs.flatMap((run) => occurrences(segment, run))
    return words.has(segment.text) ? [segment] : []
  })
  return merged(hits.map(({ at, end }) => ({ start: starts[at] ?? 0, end: ends[end - 1] ?? text.length })))
}

/** The folded text, and for each of its indices where in the text the character stands that it comes from. */
function foldByCharacter(text: string): { folded: string; starts: number[]; ends: number[] } {
  const plain = withOneGershayim(text)
  const starts: number[] = []
  const ends: number[] = []
  let folded = ''
  // Two apostrophes become one mark; then the places would be others.
  for (const { 0: character, index } of (plain.length === text.length ? plain : text).matchAll(CHARACTER)) {
    const piece = SPACE.test(character) ? ' ' : fold(character)
    folded += piece
    for (let each = 0; each < piece.length; each += 1) {
      starts.push(index)
      ends.push(index + character.length)
    }
  }
  return { folded, starts, ends }
}

function occurrences({ text, at }: Segment, run: string): { at: number; end: number }[] {
  const found: { at: number; end: number }[] = []
  for (let from = text.indexOf(run); from !== -1; from = text.indexOf(run, from + 1)) {
    found.push({ at: at + from, end: at + from + run.length })
  }
  return found
}

/** Joins hits that overlap or touch. */
function merged(hits: SearchHit[]): SearchHit[] {
  const joined: SearchHit[] = []
  for (const { start, end } of hits.toSorted((one, other) => one.start - other.start)) {
    const last = joined.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else joined.push({ start, end })
  }
  return joined
}
