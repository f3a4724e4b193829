import type { Statement, TenantDatabase } from '../database/database.ts'
import { readersOf } from '../members/readers.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'

/** What an event tells of; one word per change. */
export type EventKind =
  | 'MESSAGE_SENT'
  | 'MESSAGE_EDITED'
  | 'MESSAGE_RETRACTED'
  | 'MESSAGE_HIDDEN'
  | 'REACTIONS_CHANGED'
  | 'READ'
  | 'READ_REMINDER'
  | 'DELIVERED'
  | 'PARTICIPANTS_CHANGED'
  | 'CONVERSATION_CHANGED'
  | 'CONVERSATION_HIDDEN'
  | 'MUTE_CHANGED'
  | 'ACCESS_CHANGED'
  | 'BROADCAST_SENT'
  | 'BROADCAST_REMINDED'

/** Events that were read together. */
export interface Batch {
  /** Everything up to this position had been committed by then. */
  upTo: number
  /** When, on the clock of `performance`. */
  readAt: number
  /** Those of them that show a message. */
  messages: readonly { position: number; id: string }[]
}

/** A stored event with what its delivery needs: the message, and who of the asked-for people may see it now. */
export interface LiveEvent {
  position: number
  batch: Batch
  kind: EventKind
  conversationId: string | null
  /** Set for the conversation of a broadcast: who wrote it, and alone learns who has read it. */
  broadcasterId: string | null
  seq: number | null
  actorId: string | null
  recipientId: string | null
  joinedIds: string[]
  leftIds: string[]
  createdAt: Date
  /** Null for what none of the asked-for people may see, and in conversations that were not asked for. */
  message: MessageRow | null
  /** Who of the asked-for people may read its conversation, or anything in the company if it concerns none. */
  visibleTo: ReadonlySet<string>
  /** Who of them has its conversation in the inbox. */
  placedIn: ReadonlySet<string>
  /** Who of them has hidden its message, by itself or with everything up to it. */
  hiddenFrom: ReadonlySet<string>
}

/** Who of the asked-for people, $4, may read messages. */
const readers = readersOf('$4', 'MESSAGE_READ')

/** Their stored places in the conversation of event `e`. */
const places = `(
      select p.user_id, p.hidden_seq from participants p
      where p.company_id = e.company_id and p.conversation_id = e.conversation_id and p.user_id = any($4)
        and p.left_at is null
    )`

/**
 * Events in order, each hydrated once for all of a process's subscribers; who may see it is as of this moment, so a
 * lost wake-up cannot leak. Messages come for whoever can see them alone: they are nearly all there is to read, and in what one
 * person has missed mostly those of others. $1 company, $2 above this position, $3 most rows, $4 people, $5 the one
 * conversation whose messages are wanted, if not all.
 */
const eventsAfter: Statement = {
  name: 'events_after',
  text: `select e.position::text as position, e.kind, e.conversation_id as "eventConversationId",
      case when c.kind = 'BROADCAST' then c.created_by_id end as "broadcasterId", e.seq as "eventSeq",
      e.actor_id as "actorId", e.recipient_id as "recipientId", e.joined_ids as "joinedIds", e.left_ids as "leftIds",
      e.created_at as "happenedAt", ${messageColumns('m')},
      array(
        select u.id from ${readers} u left join ${places} p on p.user_id = u.id
        where (p.user_id is not null or c.audience = 'COMPANY') and (p.hidden_seq is null or p.hidden_seq < c.last_seq)
      ) as "placedIn",
      v."visibleTo",
      array(
        select h.user_id from hidden_messages h
        where h.company_id = e.company_id and h.user_id = any($4) and h.conversation_id = e.conversation_id and h.seq = m.seq
        union
        select p.user_id from ${places} p where p.hidden_seq >= m.seq
      ) as "hiddenFrom"
    from events e
    left join conversations c on c.company_id = e.company_id and c.id = e.conversation_id
    cross join lateral (
      select array(
        select u.id from ${readers} u left join ${places} p on p.user_id = u.id
        where p.user_id is not null or c.audience <> 'PARTICIPANTS' or e.conversation_id is null
      ) as "visibleTo"
      -- Else it is worked out twice.
      offset 0
    ) v
    left join messages m on m.company_id = e.company_id and m.id = e.message_id
      and v."visibleTo" <> '{}' and e.conversation_id = coalesce($5, e.conversation_id)
    where e.company_id = $1 and e.position > $2 order by e.position limit $3`,
}

const streamBounds: Statement = {
  name: 'stream_bounds',
  text: `select s.position::text as head,
      (select min(e.position) from events e where e.company_id = s.company_id and e.position > $2::bigint)::text as next
    from company_streams s where s.company_id = $1`,
}

type FlatRow = MessageRow & {
  position: string
  kind: EventKind
  eventConversationId: string | null
  broadcasterId: string | null
  eventSeq: number | null
  actorId: string | null
  recipientId: string | null
  joinedIds: string[]
  leftIds: string[]
  happenedAt: Date
  visibleTo: string[]
  placedIn: string[]
  hiddenFrom: string[]
}

/** Reads the events above `after`, at most `most`, for the given people; with the messages of one conversation or of all. */
export async function readEvents(
  chores: TenantDatabase,
  range: { after: number; most: number; userIds: string[]; conversationId?: string | undefined },
): Promise<LiveEvent[]> {
  const { after, most, userIds, conversationId } = range
  const readAt = performance.now()
  const { companyId } = chores.tenant
  const values = [companyId, after, most, userIds, conversationId ?? null]
  const rows = await chores.query<FlatRow>(eventsAfter, values)
  const batch = {
    upTo: Number(rows.at(-1)?.position),
    readAt,
    messages: rows.flatMap(({ position, id }) => (id ? [{ position: Number(position), id }] : [])),
  }
  return rows.map((row) => readEvent(row, batch))
}

/** The last position taken, and that of the first event above `after`, or of the next one to come. */
export async function readStreamBounds(
  chores: TenantDatabase,
  after = Number.MAX_SAFE_INTEGER,
): Promise<{ head: number; next: number }> {
  const [row] = await chores.query<{ head: string; next: string | null }>(streamBounds, [
    chores.tenant.companyId,
    after,
  ])
  const head = Number(row?.head ?? 0)
  return { head, next: row?.next ? Number(row.next) : head + 1 }
}

function readEvent(flat: FlatRow, batch: Batch): LiveEvent {
  const {
    position,
    kind,
    eventConversationId,
    broadcasterId,
    eventSeq,
    actorId,
    recipientId,
    joinedIds,
    leftIds,
    happenedAt,
    visibleTo,
    placedIn,
    hiddenFrom,
    ...message
  } = flat
  return {
    position: Number(position),
    batch,
    kind,
    conversationId: eventConversationId,
    broadcasterId,
    seq: eventSeq,
    actorId,
    recipientId,
    joinedIds,
    leftIds,
    createdAt: happenedAt,
    message: message.id ? message : null,
    visibleTo: new Set(visibleTo),
    placedIn: new Set(placedIn),
    hiddenFrom: new Set(hiddenFrom),
  }
}
