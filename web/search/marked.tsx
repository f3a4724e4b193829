import type { ComponentChildren } from 'preact'
import { searchHits } from '../../src/client/search.ts'

const BEFORE_HIT = 40
const MAX_SHOWN = 200
/** Beyond this length a text is not searched for its hits: the list must stay quick to type in. */
const MAX_SEARCHED = 8_000

/** The text around the first hit, with the words marked that the server has found. */
export function Marked({ body, words }: { body: string; words: string }) {
  const hits = searchHits(body.slice(0, MAX_SEARCHED), words)
  const from = Math.max(0, (hits[0]?.start ?? 0) - BEFORE_HIT)
  const to = from + MAX_SHOWN
  const parts: ComponentChildren[] = [from > 0 && '…']
  let at = from
  for (const { start, end } of hits) {
    if (start >= to) break
    parts.push(body.slice(at, start), <mark key={start}>{body.slice(start, end)}</mark>)
    at = end
  }
  parts.push(body.slice(at, Math.max(at, to)))
  return <>{parts}</>
}
