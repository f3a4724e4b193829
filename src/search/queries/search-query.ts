import { RequestError } from '../../errors.ts'
import { withOneGershayim } from '../../text/fold.ts'
import { requireWellFormed } from '../../text/search-text.ts'
import { joinedPairsOf, pairsOf, type Segment, searchSegments } from '../../text/segments.ts'

const MAX_LENGTH = 500
const MAX_WORDS = 16
/** Enough to narrow down what is then read: a long run has many more pairs than it takes. */
const MAX_TERMS = 20
const QUOTED = /["“”„«»]([^"“”„«»]*)["“”„«»]/gu

/** What to look for. */
export interface SearchQuery {
  /** What a message must be indexed by: words, and pairs of characters. */
  terms: string[]
  /** Pieces that must follow one another; one alone is a run of characters. Found by their terms, then by reading. */
  sequences: Segment[][]
}

/**
 * Reads a search text: all words must occur, those in quotation marks next to one another in order.
 * Throws BAD_USER_INPUT without a word, over 500 characters or over 16 words.
 */
export function readSearchQuery(text: string): SearchQuery {
  if (text.length > MAX_LENGTH) throw badRequest(`A search takes at most ${MAX_LENGTH} characters.`)
  requireWellFormed(text, 'The search text')
  // The marks of Hebrew abbreviations are no quotation marks.
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

/** True if the pieces of a text, a message's subject or body, hold these next to one another in order. */
export function holdsSequence(segments: Segment[], sequence: Segment[]): boolean {
  const last = sequence.length - 1
  return segments.some((_, start) =>
    sequence.every(({ kind, text: wanted, joinedBy }, index) => {
      const found = segments[start + index]
      if (found?.kind !== kind) return false
      if (index > 0 && joinedBy !== undefined && found.joinedBy !== joinedBy) return false
      if (kind === 'word') return found.text === wanted
      // Between its neighbours a run is whole; at either end any part of one will do.
      if (last === 0) return found.text.includes(wanted)
      if (index === 0) return found.text.endsWith(wanted)
      return index === last ? found.text.startsWith(wanted) : found.text === wanted
    }),
  )
}

/** Three words and more that signs join (192.168.1.1): each two of them may stand in a message that lacks the whole. */
function chainsOf(segments: Segment[]): Segment[][] {
  const chains: Segment[][] = []
  for (const segment of segments) {
    const last = chains.at(-1)
    if (last && segment.joinedBy !== undefined) last.push(segment)
    else chains.push([segment])
  }
  return chains.filter((chain) => chain.length > 2)
}

/** At most so many, taken evenly from the whole. */
function spread(pairs: string[]): string[] {
  const step = Math.max(1, pairs.length / MAX_TERMS)
  return Array.from(
    { length: Math.min(pairs.length, MAX_TERMS) },
    (_, index) => pairs[Math.floor(index * step)] ?? '',
  )
}

/** One or two characters are in the index as they are: there is nothing left to verify. */
function isLong(run: string): boolean {
  return [...run].length > 2
}

function isLongRun({ kind, text }: Segment): boolean {
  return kind === 'run' && isLong(text)
}

function badRequest(detail: string): RequestError {
  return new RequestError('BAD_USER_INPUT', detail)
}
