import type { Context } from '../context.ts'
import type { Statement } from '../database/database.ts'
import type { MessageRow } from '../messages/message-row.ts'
import {
  type SearchRow,
  searchByAuthor,
  searchByPlace,
  searchByWord,
  searchPlaces,
  searchReach,
} from './search-row.ts'

/** Where a search stands: what is newer than this message, whose time and id it is, has been looked through. */
export type Position = [at: string, id: string]

/** What a message must have: the tokens of all words, and what the filter says. `from`: not older than that. */
export interface Wanted {
  tokens: Buffer[]
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
export type Look = (position: Position, most: number) => Promise<Found>

/** How many messages one look goes through. */
const STRETCH = 1_000
/** And the first: whoever sees a fair part of what is said fills a page from it, and for others it would be in vain. */
const FIRST_STRETCH = 250
/** How many where it goes from place to place, and how many in each at least; there are at most so many places. */
const STRETCH_OF_PLACES = 2_000
const LEAST_OF_PLACE = 20
const MOST_PLACES = 2_000
/** Words with fewer messages than that are as good as each other to start from. */
const RARE = 200

/**
 * Two ways to look. The first goes down the company's messages with the rarest of the words, or those of the author if
 * they are fewer. Where that fills no page, the second goes from one of the viewer's places to the other, so that few
 * places are never sought among the messages of all others; unless there are too many of them.
 */
export async function openSource(
  context: Context,
  wanted: Wanted,
  start: Position,
): Promise<{ first: Look; second: () => Promise<Look> }> {
  const { conversationId, authorId } = wanted
  const { tokens, isAuthorRarest } = await byReach(context, wanted, start)
  const [rarest, ...others] = tokens

  function look(statement: Statement, from: unknown, probes: Buffer[], more: unknown[]): Look {
    return async (position, most) => {
      const { companyId, userId } = context.viewer
      const values = [companyId, userId, from, ...position, wanted.from, probes, authorId, most, ...more]
      return readFound(await context.tenant.query<SearchRow>(statement, values), most)
    }
  }

  function byPlace(places: string[]): Look {
    const each = Math.max(LEAST_OF_PLACE, Math.floor(STRETCH_OF_PLACES / places.length))
    return look(searchByPlace, rarest, others, [Math.min(STRETCH, each), places])
  }

  async function fromPlaceToPlace(): Promise<Look | null> {
    const { companyId, userId } = context.viewer
    const places = await context.tenant.query<{ id: string }>(searchPlaces, [
      companyId,
      userId,
      MOST_PLACES + 1,
    ])
    return places.length > MOST_PLACES ? null : byPlace(places.map(({ id }) => id))
  }

  if (conversationId !== null) {
    const within = byPlace([conversationId])
    return { first: within, second: async () => within }
  }
  const wide = (most: number) =>
    isAuthorRarest
      ? look(searchByAuthor, authorId, tokens, [most])
      : look(searchByWord, rarest, others, [most])
  return { first: wide(FIRST_STRETCH), second: async () => (await fromPlaceToPlace()) ?? wide(STRETCH) }
}

/** The tokens, the rarest first: the fewer messages have a word, the further back its newest ones reach. */
async function byReach(
  { tenant, viewer }: Context,
  { tokens, authorId, from }: Wanted,
  start: Position,
): Promise<{ tokens: Buffer[]; isAuthorRarest: boolean }> {
  if (tokens.length === 1 && authorId === null) return { tokens, isAuthorRarest: false }
  const values = [viewer.companyId, tokens, authorId, ...start, from, RARE]
  const rows = await tenant.query<{ token: Buffer | null; reachesTo: Date | null }>(searchReach, values)
  const sorted = rows.sort((a, b) => (a.reachesTo?.getTime() ?? 0) - (b.reachesTo?.getTime() ?? 0))
  return {
    tokens: sorted.flatMap(({ token }) => token ?? []),
    isAuthorRarest: sorted[0]?.token === null,
  }
}

function readFound(rows: SearchRow[], most: number): Found {
  const hits = rows.filter((row): row is Extract<SearchRow, MessageRow> => row.id !== null)
  const last = hits.at(-1)
  if (last && hits.length === most) return { hits, next: positionOf(last) }
  const { horizonAt, horizonId } = rows[0] ?? {}
  return { hits, next: horizonAt && horizonId ? [horizonAt.toISOString(), horizonId] : null }
}

/** Where a search stands once it has come to a message. */
export function positionOf({ createdAt, id }: MessageRow): Position {
  return [createdAt.toISOString(), id]
}
