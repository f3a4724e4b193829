import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { fence, type NameOf, type Statement, statement } from '../database/statement.ts'
import { GUESTS, INBOX, MODERATION } from './cursor.ts'
import { type FlatRow, hydrated, type LiveEvent, readRows } from './event-row.ts'

/** Consecutive events of a company. */
export interface EventPage {
  events: LiveEvent[]
  /**
   * The position of the first stored event after the beginning of the page, or the position that the next event will
   * get.
   */
  next: number
  /** Everything requested up to this position is in the page. */
  scannedTo: number
  /** True if no more events are stored. */
  isLast: boolean
}

/** The beginning of a page, and its maximum number of events. */
export interface PageRange {
  after: number
  max: number
}

/**
 * The latest position, and the position of the first stored event after a given one, or the position that the next
 * event will get.
 */
export interface StreamBounds {
  head: number
  next: number
}

/** Number of positions that one statement scans, which takes at most about 20 ms. */
export const WINDOW = 10_000

/** The bounds of the stream, for a page above the position `:after`. */
const bounds = `s.position::text as head,
  (select min(e.position) from events e where e.company_id = :companyId and e.position > :after::bigint)::text as next`

/**
 * Selects a page and the bounds of the stream in one snapshot. An event up to `head` that is missing has been deleted. The oldest
 * are deleted first, so a gap can only be before `next`.
 */
function pageOf(filter: string): string {
  const selection = `select e.* from events e
    where e.company_id = :companyId and e.position > :after::bigint and e.position <= :after::bigint + ${WINDOW} and (${filter})
    order by e.position limit :max`
  return `select b.head, b.next, h.* from (select ${bounds} from company_streams s where s.company_id = :companyId ${fence}) b
    left join lateral (${hydrated(selection)}) h on true order by h.position::bigint`
}

const eventsAfter = statement({
  name: 'events_after',
  parameters: ['companyId', 'after', 'max', 'userIds'],
  row: rowsOf<PageRow>(),
  text: pageOf('true'),
})

/** Events of one conversation, and events that concern the whole company. */
const conversationEventsAfter = statement({
  name: 'conversation_events_after',
  parameters: ['companyId', 'after', 'max', 'userIds', 'conversationId'],
  row: rowsOf<PageRow>(),
  text: pageOf('e.conversation_id = :conversationId or e.conversation_id is null and e.about is null'),
})

/** Events about guests, and events that concern the whole company. */
const guestEventsAfter = statement({
  name: 'guest_events_after',
  parameters: ['companyId', 'after', 'max', 'userIds'],
  row: rowsOf<PageRow>(),
  text: pageOf(`e.about is not null or e.kind = 'ACCESS_CHANGED'`),
})

/** Events that are shown in the inbox of one of the people. Some may not be visible to them; delivery drops those. */
const inboxEventsAfter = statement({
  name: 'inbox_events_after',
  parameters: ['companyId', 'after', 'max', 'userIds'],
  row: rowsOf<PageRow>(),
  text: pageOf(`(e.recipient_id is null or e.recipient_id = any(:userIds))
    and e.kind not in ('DELIVERED', 'REACTIONS_CHANGED') and e.about is null
    and (e.kind not in ('READ', 'READ_REMINDER') or e.actor_id = any(:userIds))
    and (
      e.conversation_id is null or e.kind = 'CONVERSATION_HIDDEN' or e.left_ids && :userIds
      or e.conversation_id in (
        select p.conversation_id from unnest(:userIds::uuid[]) viewer (id)
        cross join lateral (
          select p.conversation_id from participants p
          where p.company_id = :companyId and p.user_id = viewer.id and p.left_at is null
          ${fence}
        ) p
      )
      or (select c.audience from conversations c where c.company_id = :companyId and c.id = e.conversation_id) = 'COMPANY'
    )`),
})

const streamBounds = statement({
  name: 'stream_bounds',
  parameters: ['companyId', 'after'],
  row: rowsOf<BoundsRow>(),
  text: `select ${bounds} from company_streams s where s.company_id = :companyId`,
})

type BoundsRow = { head: string; next: string | null }
type PageStatement = Statement<NameOf<typeof conversationEventsAfter>, PageRow>
type PageRow = BoundsRow & (FlatRow | { position: null })

/** If no event matches, the bounds of the stream come in a row of their own. */
function eventOf({ head, next, ...event }: PageRow): FlatRow[] {
  return event.position === null ? [] : [event as FlatRow]
}

/** Reads all events, with what these people may see of them. The people are a literal of an SQL array. */
export function readEvents(system: TenantDatabase, range: PageRange, userIds: string): Promise<EventPage> {
  return readPage(system, range, eventsAfter, { userIds }, true)
}

/** Reads the events of a stream that one person has missed. */
export function readMissed(
  system: TenantDatabase,
  range: PageRange,
  { userId, stream }: { userId: string; stream: string },
): Promise<EventPage> {
  const userIds = [userId]
  if (stream === GUESTS) return readPage(system, range, guestEventsAfter, { userIds })
  if (stream === INBOX || stream === MODERATION) return readPage(system, range, inboxEventsAfter, { userIds })
  return readPage(system, range, conversationEventsAfter, { userIds, conversationId: stream })
}

async function readPage(
  system: TenantDatabase,
  { after, max }: PageRange,
  statement: PageStatement,
  wanted: { userIds: string | string[]; conversationId?: string },
  isLive = false,
): Promise<EventPage> {
  const readAt = performance.now()
  const { companyId } = system.tenant
  const rows = await system.query(statement, { conversationId: null, ...wanted, companyId, after, max })
  const { head, next } = readBounds(rows)
  const events = readRows(rows.flatMap(eventOf), readAt, isLive)
  const full = events.length === max ? events.at(-1) : undefined
  const scannedTo = full?.position ?? Math.min(head, after + WINDOW)
  return { events, next, scannedTo, isLast: scannedTo === head }
}

/** Reads the bounds of the stream. `next` is the first event after `after`, if given. */
export async function readStreamBounds(
  system: TenantDatabase,
  after = Number.MAX_SAFE_INTEGER,
): Promise<StreamBounds> {
  return readBounds(await system.query(streamBounds, { companyId: system.tenant.companyId, after }))
}

function readBounds([row]: BoundsRow[]): StreamBounds {
  const head = Number(row?.head ?? 0)
  return { head, next: row?.next ? Number(row.next) : head + 1 }
}
