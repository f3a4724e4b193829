import type { CompanyKeys } from '../encryption/company-keys.ts'
import { pairsOf, type Segment, searchSegments } from './search-segments.ts'

/** The most words that one message is found by: of a longer one, those that come first. */
const MOST_TOKENS = 2_000

/** What a message is found by, for app.index_message: the hashes of its words, and of the characters and pairs of its runs. */
export function messageTokens(
  keys: CompanyKeys,
  { subject, body }: { subject: string | null; body: string },
): Buffer[] {
  const terms = new Set(searchSegments(subject ?? '').flatMap(termsOf))
  for (const segment of searchSegments(body)) for (const term of termsOf(segment)) terms.add(term)
  return [...terms].slice(0, MOST_TOKENS).map((term) => keys.searchToken(term))
}

function termsOf({ kind, text }: Segment): string[] {
  return kind === 'word' ? [text] : [...text, ...pairsOf(text)]
}
