import { fairWork } from '../../concurrency/fair-work.ts'
import type { Context } from '../../context.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { readText } from '../../messages/queries/message-text.ts'
import { type ForwardArgs, keyCursor, type Page, pageOf, readForwardArgs } from '../../page.ts'
import { type Segment, searchSegments } from '../../text/segments.ts'
import { holdsSequence, readSearchQuery, type SearchQuery } from './search-query.ts'
import { openSource, type Position, positionOf } from './search-source.ts'

/** Where to search; ids of anything that the viewer cannot see find nothing. */
export interface SearchFilter {
  conversationId: string | null
  authorId: string | null
  /** Sent then or later. */
  after: Date | null
  /** Sent before. */
  before: Date | null
}

/** Older than no message, newer than all: where a search starts and where it ends. */
const NOW: Position = ['infinity', '00000000-0000-0000-0000-000000000000']
const EVER = '-infinity'
/** How many stretches a page takes at most. */
const MAX_LOOKS = 8
/** How many messages are decrypted for a stretch where the index alone cannot tell. */
const READ_EACH_LOOK = 100
/** How many characters are read for a page at most, and how many before other work runs. */
const MAX_READ = 1_000_000
const READ_AT_ONCE = 16_000

/** What comparing with the texts themselves may still cost. */
interface Reading {
  context: Context
  leftToRead: number
  done: (units: number) => Promise<void>
}

/**
 * A page of messages that the viewer may see now and that hold all of the text, newest first. The work is
 * bounded: a page may hold fewer than asked although more follow. Throws BAD_USER_INPUT.
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
  // Where the bound ended the search, the next page goes on behind all that has been looked through.
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
  const tokens = query.terms.map((term) => String(keys.searchToken(term)))
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
      // What it has not come to yet is left to the next page.
      if (reading.leftToRead <= 0) return { hits, next: positionOf(hit) }
    }
    if (looks === 0 && next && found.hits.length < asked) look = await source.second()
  }
  return { hits, next }
}

/** The index knows words, not their order: what must follow one another is compared in the text itself. */
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

/** What was sent before an instant is older than any message of that instant. */
function startOf({ before }: SearchFilter, after: string[] | null): Position {
  const [at, id] = after ?? []
  const start: Position = before ? [before.toISOString(), NOW[1]] : NOW
  if (at === undefined || id === undefined) return start
  return before && at >= start[0] ? start : [at, id]
}
