import { fold } from '../client/fold.ts'

/** An index entry of PostgreSQL holds 2,704 bytes, so long names are sorted and found by their beginning. */
const MAX_INDEXED = 600

/** Returns the folded text as it is stored in an indexed column. */
export function foldedKey(text: string): string {
  return [...fold(text)].slice(0, MAX_INDEXED).join('')
}
