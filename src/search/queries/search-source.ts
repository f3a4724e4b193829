import type { Context } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import {
  type SearchRow,
  searchByAuthor,
  searchByWords,
  searchMemberships,
  searchReach,
} from './search-row.ts'

/** Where a search stands: what is newer than this message, whose time and id it is, has been looked through. */
export type Position = [at: string, id: string]

/** What a message must have: the tokens of all words, and what the filter says. `from`: not older than that. */
export interface Wanted {
  tokens: string[]
  conversationId: string | null
  authorId: string | null
  from: string
}

/** What one look has found, newest first; `next` is null if there is nothing further back. */
export interface Found {
  hits: MessageRow[]
  next: Position | null
}

/** Looks through one bounded stretch for at most so many hits. */
export type Look = (position: Position, max: number) => Promise<Found>

/** How many messages one look goes through. */
const STRETCH = 1_000
/** And the first: whoever sees a fair part of what is said fills a page from it, and for others it would be in vain. */
const FIRST_STRETCH = 250
/** In the viewer's conversations alone; of more than so many they are not told apart. */
const MAX_PLACES = 2_000
/** Messages with these words, or of this author, are as good as each other to start from if there are fewer than that. */
const RARE = 200

/**
 * Two ways to look. The first goes down the company's messages with all of the words, or those of the author if they are
 * fewer. Where that fills no page, the second leaves out all conversations but the viewer's, so that few of them are
 * never sought among the messages of all others; unless there are too many.
 */
export async function openSource(
  context: Context,
  wanted: Wanted,
  start: Position,
): Promise<{ first: Look; second: () => Promise<Look> }> {
  const { tokens, conversationId, authorId } = wanted
  const { companyId, userId } = context.viewer

  function look(statement: Statement, stretch: number, more: unknown[] = []): Look {
    return async (position, max) => {
      const values = [companyId, userId, tokens, ...position, wanted.from, authorId, max, stretch, ...more]
      return readFound(await context.tenant.query<SearchRow>(statement, values), max)
    }
  }
  const within = (conversations: string[] | null, stretch = STRETCH) =>
    look(searchByWords, stretch, [conversations])

  if (conversationId !== null) {
    const here = within([conversationId])
    return { first: here, second: async () => here }
  }
  if (await isAuthorRarer(context, wanted, start)) {
    return { first: look(searchByAuthor, FIRST_STRETCH), second: async () => look(searchByAuthor, STRETCH) }
  }
  async function second(): Promise<Look> {
    const memberships = await context.tenant.query<{ id: string }>(searchMemberships, [
      companyId,
      userId,
      MAX_PLACES + 1,
    ])
    return within(memberships.length > MAX_PLACES ? null : memberships.map(({ id }) => id))
  }
  return { first: within(null, FIRST_STRETCH), second }
}

/** True if the author's newest messages reach further back than the newest with all words: the fewer, the further. */
async function isAuthorRarer(
  { tenant, viewer }: Context,
  { tokens, authorId, from }: Wanted,
  start: Position,
): Promise<boolean> {
  if (authorId === null) return false
  const [reach] = await tenant.query<Record<'wordsReachTo' | 'authorReachesTo', Date | null>>(searchReach, [
    viewer.companyId,
    tokens,
    authorId,
    ...start,
    from,
    RARE,
  ])
  return (reach?.authorReachesTo?.getTime() ?? 0) < (reach?.wordsReachTo?.getTime() ?? 0)
}

function readFound(rows: SearchRow[], max: number): Found {
  const hits = rows.filter((row): row is Extract<SearchRow, MessageRow> => row.id !== null)
  const last = hits.at(-1)
  if (last && hits.length === max) return { hits, next: positionOf(last) }
  const { horizonAt, horizonId } = rows[0] ?? {}
  return { hits, next: horizonAt && horizonId ? [horizonAt.toISOString(), horizonId] : null }
}

/** Where a search stands once it has come to a message. */
export function positionOf({ createdAt, id }: MessageRow): Position {
  return [createdAt.toISOString(), id]
}
