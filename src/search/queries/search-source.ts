import type { Context } from '../../context.ts'
import type { NameOf, Statement } from '../../database/statement.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import {
  type SearchRow,
  searchByAuthor,
  searchByWords,
  searchMemberships,
  searchReach,
} from './search-row.ts'

/** The position of a search: the time and id of a message. All newer messages have been searched. */
export type Position = [at: string, id: string]

/** The conditions that a message must meet: tokens of all words, and the filter. `from` is its earliest time. */
export interface Wanted {
  tokens: string[]
  conversationId: string | null
  authorId: string | null
  from: string
}

/** The hits of one stretch, newest first. `next` is null at the end of the search. */
export interface Found {
  hits: MessageRow[]
  next: Position | null
}

/** Searches one bounded stretch of messages and returns at most `max` hits. */
export type Look = (position: Position, max: number) => Promise<Found>

type SearchStatement = Statement<NameOf<typeof searchByWords>, SearchRow>

/** Number of messages in one stretch. */
const STRETCH = 1_000
/**
 * Number of messages in the first stretch. It fills the page of a viewer who sees a good part of the company's
 * messages; for others it costs little.
 */
const FIRST_STRETCH = 250
/** Maximum number of the viewer's conversations to which the second stretch is limited. With more, all are searched. */
const MAX_CONVERSATIONS = 2_000
/** Below this number of messages it does not matter whether a search starts from the words or from the author. */
const RARE = 200

/**
 * Returns two ways to search. The first goes through the company's messages with all words, or through those of the
 * author if they are fewer. If it does not fill the page, the second is limited to the viewer's conversations, so that
 * a few visible messages are not sought among all others. With more than MAX_CONVERSATIONS conversations it is not limited.
 */
export async function openSource(
  context: Context,
  wanted: Wanted,
  start: Position,
): Promise<{ first: Look; second: () => Promise<Look> }> {
  const { tokens, conversationId, authorId } = wanted
  const { companyId, userId } = context.viewer

  function look(statement: SearchStatement, stretch: number, conversationIds: string[] | null = null): Look {
    const { from } = wanted
    const constant = { companyId, viewerId: userId, tokens, from, authorId, stretch, conversationIds }
    return async ([beforeAt, beforeId], max) => {
      return readFound(await context.tenant.query(statement, { ...constant, beforeAt, beforeId, max }), max)
    }
  }
  const within = (conversations: string[] | null, stretch = STRETCH) =>
    look(searchByWords, stretch, conversations)

  if (conversationId !== null) {
    const here = within([conversationId])
    return { first: here, second: async () => here }
  }
  if (await isAuthorRarer(context, wanted, start)) {
    return { first: look(searchByAuthor, FIRST_STRETCH), second: async () => look(searchByAuthor, STRETCH) }
  }
  async function second(): Promise<Look> {
    const memberships = await context.tenant.query(searchMemberships, {
      companyId,
      viewerId: userId,
      max: MAX_CONVERSATIONS + 1,
    })
    return within(memberships.length > MAX_CONVERSATIONS ? null : memberships.map(({ id }) => id))
  }
  return { first: within(null, FIRST_STRETCH), second }
}

/**
 * True if the author's newest messages reach further back in time than the newest messages with all words, which means
 * that the author's are rarer.
 */
async function isAuthorRarer(
  { tenant, viewer }: Context,
  { tokens, authorId, from }: Wanted,
  start: Position,
): Promise<boolean> {
  if (authorId === null) return false
  const [beforeAt, beforeId] = start
  const { companyId } = viewer
  const values = { companyId, tokens, authorId, beforeAt, beforeId, from, nth: RARE }
  const [reach] = await tenant.query(searchReach, values)
  return (reach?.authorReachesTo?.getTime() ?? 0) < (reach?.wordsReachTo?.getTime() ?? 0)
}

function readFound(rows: SearchRow[], max: number): Found {
  const hits = rows.filter((row): row is Extract<SearchRow, MessageRow> => row.id !== null)
  const last = hits.at(-1)
  if (last && hits.length === max) return { hits, next: positionOf(last) }
  const { horizonAt, horizonId } = rows[0] ?? {}
  return { hits, next: horizonAt && horizonId ? [horizonAt.toISOString(), horizonId] : null }
}

/** The position of a search after a message. */
export function positionOf({ createdAt, id }: MessageRow): Position {
  return [createdAt.toISOString(), id]
}
