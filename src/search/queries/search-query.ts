import { withOneGershayim } from '../../client/fold.ts'
import { joinedPairsOf, pairsOf, type Segment, searchSegments } from '../../client/segments.ts'
import { RequestError } from '../../errors.ts'
import { requireWellFormed } from '../../text/search-text.ts'

const MAX_LENGTH = 500
const MAX_WORDS = 16
/**
 * Maximum number of pairs of characters that are looked up for one run. They only narrow the candidates down, which are
 * then compared with the text.
 */
const MAX_TERMS = 20
const QUOTED = /["“”„«»]([^"“”„«»]*)["“”„«»]/gu

/** A parsed search text. */
export interface SearchQuery {
  /** Words and pairs of characters that the index must contain. */
  terms: string[]
  /**
   * Segments that must follow one another, or one run of characters. The index finds candidates by their terms; the
   * text decides.
   */
  sequences: Segment[][]
}

/**
 * Parses a search text: all words must occur, and words in quotation marks must be adjacent and in order. Throws
 * BAD_USER_INPUT for a text without a word, over 500 characters or over 16 words.
 */
export function readSearchQuery(text: string): SearchQuery {
  if (text.length > MAX_LENGTH) throw badRequest(`A search takes at most ${MAX_LENGTH} characters.`)
  requireWellFormed(text, 'The search text')
  // The marks in Hebrew abbreviations do not count as quotation marks.
  const plain = withOneGershayim(text)
  const quoted = [...plain.matchAll(QUOTED)].map(([, inside]) => searchSegments(inside ?? ''))
  const loose = searchSegments(plain.replace(QUOTED, ' '))
  const segments = [...quoted.flat(), ...loose]
  if (segments.length === 0)
    throw badRequest('Search for at least one word: punctuation is not searched for.')
  if (segments.length > MAX_WORDS) throw badRequest(`A search takes at most ${MAX_WORDS} words.`)
  const words = segments.filter(({ kind }) => kind === 'word').map((segment) => segment.text)
  const pairs = segments.filter(({ kind }) => kind === 'run').flatMap((segment) => pairsOf(segment.text))
  const joined = [...quoted, loose].flatMap(joinedPairsOf)
  const runs = loose
    .filter(({ kind, text: run }) => kind === 'run' && isLong(run))
    .map((segment) => [segment])
  return {
    terms: [...new Set([...words, ...joined, ...spread(pairs)])],
    sequences: [
      ...quoted.filter((sequence) => sequence.length > 1 || sequence.some(isLongRun)),
      ...runs,
      ...chainsOf(loose),
    ],
  }
}

/** True if the segments of a subject or body contain the sequence in order and without a gap. */
export function holdsSequence(segments: Segment[], sequence: Segment[]): boolean {
  const last = sequence.length - 1
  return segments.some((_, start) =>
    sequence.every(({ kind, text: wanted, joinedBy }, index) => {
      const found = segments[start + index]
      if (found?.kind !== kind) return false
      if (index > 0 && joinedBy !== undefined && found.joinedBy !== joinedBy) return false
      if (kind === 'word') return found.text === wanted
      // In the middle of a sequence a run must match as a whole; at either end, a part of it is enough.
      if (last === 0) return found.text.includes(wanted)
      if (index === 0) return found.text.endsWith(wanted)
      return index === last ? found.text.startsWith(wanted) : found.text === wanted
    }),
  )
}

/**
 * Returns chains of three words or more that signs join, such as 192.168.1.1. The index knows pairs only, and a message
 * may contain all pairs without the chain.
 */
function chainsOf(segments: Segment[]): Segment[][] {
  const chains: Segment[][] = []
  for (const segment of segments) {
    const last = chains.at(-1)
    if (last && segment.joinedBy !== undefined) last.push(segment)
    else chains.push([segment])
  }
  return chains.filter((chain) => chain.length > 2)
}

/** Picks at most MAX_TERMS pairs, evenly over all. */
function spread(pairs: string[]): string[] {
  const step = Math.max(1, pairs.length / MAX_TERMS)
  return Array.from(
    { length: Math.min(pairs.length, MAX_TERMS) },
    (_, index) => pairs[Math.floor(index * step)] ?? '',
  )
}

/** The index contains runs of one or two characters as they are, so they need no comparison with the text. */
function isLong(run: string): boolean {
  return [...run].length > 2
}

function isLongRun({ kind, text }: Segment): boolean {
  return kind === 'run' && isLong(text)
}

function badRequest(detail: string): RequestError {
  return new RequestError('BAD_USER_INPUT', detail)
}
