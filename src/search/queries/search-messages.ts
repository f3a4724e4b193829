import { type Segment, searchSegments } from '../../client/segments.ts'
import { fairWork } from '../../concurrency/fair-work.ts'
import type { Context } from '../../context.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { readText } from '../../messages/queries/message-text.ts'
import { type ForwardArgs, keyCursor, type Page, pageOf, readForwardArgs } from '../../page.ts'
import { holdsSequence, readSearchQuery, type SearchQuery } from './search-query.ts'
import { openSource, type Position, positionOf } from './search-source.ts'

/** The conditions of a search. Ids that the viewer cannot see match no message. */
export interface SearchFilter {
  conversationId: string | null
  authorId: string | null
  /** Only messages sent at this time or later. */
  after: Date | null
  /** Only messages sent before this time. */
  before: Date | null
}

/** The position before the newest message, at which a search starts. */
const NOW: Position = ['infinity', '00000000-0000-0000-0000-000000000000']
const EVER = '-infinity'
/** Maximum number of stretches that one page searches. */
const MAX_LOOKS = 8
/** Maximum number of messages per stretch that are decrypted because the index alone cannot decide. */
const READ_EACH_LOOK = 100
/** Maximum number of characters that are decrypted and compared per page, and between two pauses for other work. */
const MAX_READ = 1_000_000
const READ_AT_ONCE = 16_000

/** The characters that may still be decrypted and compared. */
interface Reading {
  context: Context
  leftToRead: number
  done: (units: number) => Promise<void> | undefined
}

/**
 * Returns a page of messages that the viewer may see and that contain all of the text, newest first. The work is
 * bounded, so a page may hold fewer messages than asked although more follow. Throws BAD_USER_INPUT.
 */
export async function searchMessages(
  context: Context,
  text: string,
  filter: SearchFilter,
  args: ForwardArgs,
): Promise<Page<MessageRow>> {
  const query = readSearchQuery(text)
  const { size, after } = readForwardArgs(args, ['instant', 'uuid'])
  const start = startOf(filter, after)
  const { hits, next } = await findHits(context, query, filter, start, size + 1)
  const edges = hits.slice(0, size).map((node) => ({ cursor: keyCursor(positionOf(node)), node }))
  const page = pageOf(edges, {
    hasNextPage: hits.length > size || next !== null,
    hasPreviousPage: after !== null,
  })
  // If a bound ended the search, the next page continues after the messages that were searched.
  if (hits.length <= size && next) page.pageInfo.endCursor = keyCursor(next)
  return page
}

async function findHits(
  context: Context,
  query: SearchQuery,
  filter: SearchFilter,
  start: Position,
  max: number,
): Promise<{ hits: MessageRow[]; next: Position | null }> {
  const keys = await context.keys()
  const { conversationId, authorId } = filter
  const tokens = query.terms.map((term) => keys.searchToken(term))
  const from = filter.after?.toISOString() ?? EVER
  const source = await openSource(context, { tokens, conversationId, authorId, from }, start)
  const reading = { context, leftToRead: MAX_READ, done: fairWork(READ_AT_ONCE) }
  const hits: MessageRow[] = []
  let next: Position | null = start
  let look = source.first
  for (let looks = 0; looks < MAX_LOOKS && next && hits.length < max; looks += 1) {
    const asked = query.sequences.length > 0 ? READ_EACH_LOOK : max - hits.length
    const found = await look(next, asked)
    next = found.next
    for (const hit of found.hits) {
      if (hits.length < max && (await holdsAll(reading, hit, query))) hits.push(hit)
      // The next page continues with the messages that were not compared yet.
      if (reading.leftToRead <= 0) return { hits, next: positionOf(hit) }
    }
    if (looks === 0 && next && found.hits.length < asked) look = await source.second()
  }
  return { hits, next }
}

/** The index holds words without their order, so sequences are compared with the decrypted text. */
async function holdsAll(reading: Reading, message: MessageRow, { sequences }: SearchQuery): Promise<boolean> {
  if (sequences.length === 0) return true
  const { context, done } = reading
  const held = new Set<Segment[]>()
  for (const field of ['subject', 'body'] as const) {
    const text = await readText(context, message, field)
    if (text === null) continue
    const segments = searchSegments(text)
    for (const sequence of sequences) if (holdsSequence(segments, sequence)) held.add(sequence)
    reading.leftToRead -= text.length
    await done(text.length)
  }
  return held.size === sequences.length
}

/** Messages sent before an instant are older than any message of that instant. */
function startOf({ before }: SearchFilter, after: string[] | null): Position {
  const [at, id] = after ?? []
  const start: Position = before ? [before.toISOString(), NOW[1]] : NOW
  if (at === undefined || id === undefined) return start
  return before && at >= start[0] ? start : [at, id]
}
