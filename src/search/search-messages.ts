import type { Context } from '../context.ts'
import type { MessageRow } from '../messages/message-row.ts'
import { readText } from '../messages/message-text.ts'
import { type ForwardArgs, keyCursor, type Page, pageOf, readForwardArgs } from '../page.ts'
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
const MOST_LOOKS = 8
/** How many messages are decrypted for a stretch where the index alone cannot tell. */
const READ_EACH_LOOK = 100

/**
 * A page of messages that the viewer may see now and that hold all of the text, newest first (features 3.9). The work is
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
  most: number,
): Promise<{ hits: MessageRow[]; next: Position | null }> {
  const keys = await context.keys()
  const { conversationId, authorId } = filter
  const tokens = query.terms.map((term) => keys.searchToken(term))
  const from = filter.after?.toISOString() ?? EVER
  const source = await openSource(context, { tokens, conversationId, authorId, from }, start)
  const hits: MessageRow[] = []
  let next: Position | null = start
  let look = source.first
  for (let looks = 0; looks < MOST_LOOKS && next && hits.length < most; looks += 1) {
    const asked = query.sequences.length > 0 ? READ_EACH_LOOK : most - hits.length
    const found = await look(next, asked)
    for (const hit of found.hits) {
      if (hits.length < most && (await holdsAll(context, hit, query))) hits.push(hit)
    }
    next = found.next
    if (looks === 0 && next && found.hits.length < asked) look = await source.second()
  }
  return { hits, next }
}

/** The index knows words, not their order: what must follow one another is compared in the text itself. */
async function holdsAll(context: Context, message: MessageRow, { sequences }: SearchQuery): Promise<boolean> {
  if (sequences.length === 0) return true
  const texts = await Promise.all([readText(context, message, 'subject'), readText(context, message, 'body')])
  return sequences.every((sequence) => texts.some((text) => text !== null && holdsSequence(text, sequence)))
}

/** What was sent before an instant is older than any message of that instant. */
function startOf({ before }: SearchFilter, after: string[] | null): Position {
  const [at, id] = after ?? []
  const start: Position = before ? [before.toISOString(), NOW[1]] : NOW
  if (at === undefined || id === undefined) return start
  return before && at >= start[0] ? start : [at, id]
}
