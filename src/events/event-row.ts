import { column, columns, type RowOf } from '../database/columns.ts'
import { fence } from '../database/statement.ts'
import { readersOf } from '../members/readers.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'
import { forbiddenTo } from '../visibility/visibility.ts'

/** The kinds of events. */
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
  | 'GUEST_INBOUND'
  | 'GUEST_DELIVERY'
  | 'GUEST_CONSENT'
  | 'MESSAGE_ACCESS_CHANGED'
  | 'HELD_MESSAGE_DECIDED'
  | 'MODERATION_CASE_OPENED'
  | 'MODERATION_CASE_DECIDED'
  | 'AUDITED'
  | 'PURGED'

/** Events that were read together. */
export interface Batch {
  /** The position of the last event. */
  upTo: number
  /** Time of reading on the clock of `performance`. */
  readAt: number
  /** True if it was read for all current subscribers of the company, false if for one that catches up. */
  isLive: boolean
  /** The events that show a message. */
  messages: readonly { position: number; id: string }[]
}

/**
 * A stored event with the data for its delivery: its message, and the people among those asked for who may see it now.
 */
export interface LiveEvent {
  position: number
  batch: Batch
  kind: EventKind
  conversationId: string | null
  /** The author of a broadcast's conversation, who alone sees its receipts. Null for other conversations. */
  broadcasterId: string | null
  seq: number | null
  actorId: string | null
  caseId: string | null
  recipientId: string | null
  joinedIds: string[]
  leftIds: string[]
  /** The guest, delivery or incoming message that the event is about. */
  about: string | null
  createdAt: Date
  /** Null if none of the people may see it. */
  message: MessageRow | null
  /**
   * The people who may read its conversation, or anything in the company if it belongs to no conversation. If it wants a
   * permission, those of them who have it.
   */
  visibleTo: ReadonlySet<string>
  /** The people who have its conversation in their inbox. */
  memberIds: ReadonlySet<string>
  /** The people who do not see its message: they have hidden it, alone or with everything up to it, or access rules keep it from them. */
  hiddenFrom: ReadonlySet<string>
}

/** The columns of event `e` in conversation `c`; those that a message has too are named otherwise. */
const eventColumns = columns({
  position: column.text.from('e.position::text'),
  kind: column.of<EventKind>(),
  eventConversationId: column.uuid.orNull.from('e.conversation_id'),
  broadcasterId: column.uuid.orNull.from(`case when c.kind = 'BROADCAST' then c.created_by_id end`),
  eventSeq: column.integer.orNull.from('e.seq'),
  actorId: column.uuid.orNull,
  caseId: column.uuid.orNull,
  recipientId: column.uuid.orNull,
  joinedIds: column.of<string[]>(),
  leftIds: column.of<string[]>(),
  about: column.uuid.orNull,
  happenedAt: column.instant.from('e.created_at'),
})

/**
 * Reads the events of an SQL selection with the data for their delivery, once for all subscribers of a process. Access is that of
 * the moment of reading, so a lost notification cannot leak anything. Messages are read only if one of the people can see
 * them, because they are most of the data. The events are those of `:companyId`, the people `:userIds`. There may be
 * thousands of people, so only those in a conversation of the selection are looked up, unless an event may concern everybody.
 */
export function hydrated(selection: string): string {
  return `with chosen as materialized (${selection}),
    event_conversations as materialized (
      select c.id, c.kind, c.audience, c.created_by_id, c.last_seq from (select distinct conversation_id from chosen) e
      cross join lateral (
        select * from conversations c where c.company_id = :companyId and c.id = e.conversation_id ${fence}
      ) c
    ),
    memberships as materialized (
      select p.conversation_id, p.user_id, p.hidden_seq from event_conversations c
      cross join lateral (
        select * from participants p
        where p.company_id = :companyId and p.conversation_id = c.id and p.user_id = any(:userIds::uuid[]) and p.left_at is null
        ${fence}
      ) p
    ),
    readers as materialized (
      select u.id, u.permissions from ${readersOf(
        `array(
          select p.user_id from memberships p
          union all
          select a.id from unnest(:userIds::uuid[]) a (id) where exists (
            select from chosen e left join event_conversations c on c.id = e.conversation_id where c.audience is distinct from 'PARTICIPANTS'
          )
        )`,
        'MESSAGE_READ',
      )} u
    ),
    -- Joined once, and not for each event.
    members as materialized (
      select p.conversation_id, r.id, r.permissions, p.hidden_seq from memberships p join readers r on r.id = p.user_id
    )
    select ${eventColumns.of('e')}, ${messageColumns.of('m')}, v."visibleTo", v."memberIds",
      array(
        select h.user_id from hidden_messages h
        where h.company_id = :companyId and h.user_id = any(:userIds) and h.conversation_id = e.conversation_id and h.seq = m.seq
        union
        select p.user_id from memberships p where p.conversation_id = e.conversation_id and p.hidden_seq >= m.seq
        union
        select r.id from readers r where ${forbiddenTo('r.id')}
        union
        -- A mark shows the number of a message, and when somebody saw it.
        select r.id from readers r
        join messages m on m.company_id = :companyId and m.conversation_id = e.conversation_id and m.seq = e.seq
        where e.kind in ('READ', 'DELIVERED') and ${forbiddenTo('r.id')}
      ) as "hiddenFrom"
    from chosen e
    left join event_conversations c on c.id = e.conversation_id
    cross join lateral (
      select
        array_agg(r.id) filter (where r.is_member or c.audience <> 'PARTICIPANTS' or e.conversation_id is null) as "visibleTo",
        array_agg(r.id) filter (
          where (r.is_member or c.audience = 'COMPANY') and (r.hidden_seq is null or r.hidden_seq < c.last_seq)
        ) as "memberIds"
      from (
        select p.id, p.permissions, true as is_member, p.hidden_seq from members p
        where c.audience = 'PARTICIPANTS' and p.conversation_id = e.conversation_id
        union all
        select r.id, r.permissions, p.user_id is not null, p.hidden_seq
        from readers r left join memberships p on p.user_id = r.id and p.conversation_id = e.conversation_id
        where c.audience is distinct from 'PARTICIPANTS'
      ) r
      where e.permission is null or e.permission = any(r.permissions)
    ) v
    left join messages m on m.company_id = :companyId and m.id = case when v."visibleTo" is not null then e.message_id end`
}

/** A row of `hydrated`. */
export type FlatRow = RowOf<typeof eventColumns> &
  MessageRow & {
    /** Null means nobody. */
    visibleTo: string[] | null
    memberIds: string[] | null
    hiddenFrom: string[]
  }

/** Converts rows into events. `readAt` is the time of reading on the clock of `performance`. */
export function readRows(rows: FlatRow[], readAt: number, isLive: boolean): LiveEvent[] {
  const batch = {
    upTo: Number(rows.at(-1)?.position),
    readAt,
    isLive,
    messages: rows.flatMap(({ position, id }) => (id ? [{ position: Number(position), id }] : [])),
  }
  return rows.map((row) => readRow(row, batch))
}

function readRow(flat: FlatRow, batch: Batch): LiveEvent {
  const {
    position,
    kind,
    eventConversationId,
    broadcasterId,
    eventSeq,
    actorId,
    caseId,
    recipientId,
    joinedIds,
    leftIds,
    about,
    happenedAt,
    visibleTo,
    memberIds,
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
    caseId,
    recipientId,
    joinedIds,
    leftIds,
    about,
    createdAt: happenedAt,
    message: message.id ? message : null,
    visibleTo: new Set(visibleTo),
    memberIds: new Set(memberIds),
    hiddenFrom: new Set(hiddenFrom),
  }
}
