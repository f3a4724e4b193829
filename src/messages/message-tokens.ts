import { joinedPairsOf, pairsOf, type Segment, searchSegments } from '../client/segments.ts'
import { fairWork } from '../concurrency/fair-work.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'

/**
 * A body of 32 KiB has up to 20,000 words and pairs. Hashing all of them at once would block the event loop for
 * milliseconds.
 */
const HASHES_AT_ONCE = 2_000

/**
 * Returns the tokens that app.index_message stores for a message: hashes of its words, of words joined by a sign, and
 * of the characters and pairs of characters of its runs.
 */
export async function messageTokens(
  keys: CompanyKeys,
  { subject, body }: { subject: string | null; body: string },
): Promise<string[]> {
  const terms = new Set<string>()
  const tokens: string[] = []
  const done = fairWork(HASHES_AT_ONCE)
  for (const text of [subject, body]) {
    if (text === null) continue
    const segments = searchSegments(text)
    await done(text.length / 8)
    for (const term of termsOf(segments)) {
      if (terms.has(term)) continue
      terms.add(term)
      tokens.push(keys.searchToken(term))
      const pause = done(1)
      if (pause) await pause
    }
  }
  return tokens
}

function* termsOf(segments: Segment[]): Iterable<string> {
  for (const { kind, text } of segments) {
    if (kind === 'word') {
      yield text
      continue
    }
    yield* text
    yield* pairsOf(text)
  }
  yield* joinedPairsOf(segments)
}
