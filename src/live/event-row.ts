import type { Statement, TenantDatabase } from '../database/database.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'

/** What an event tells of; one word per change. */
export type EventKind =
  | 'MESSAGE_SENT'
  | 'READ'
  | 'READ_REMINDER'
  | 'DELIVERED'
  | 'PARTICIPANTS_CHANGED'
  | 'CONVERSATION_CHANGED'
  | 'MUTE_CHANGED'
  | 'ACCESS_CHANGED'

/** A stored event with what its delivery needs: the message, and who of the asked-for people may see it now. */
export interface LiveEvent {
  position: number
  kind: EventKind
  conversationId: string | null
  seq: number | null
  actorId: string | null
  recipientId: string | null
  joinedIds: string[]
  leftIds: string[]
  createdAt: Date
  message: MessageRow | null
  /** Who of the asked-for people takes part in its conversation, or in the company if it concerns none. */
  visibleTo: ReadonlySet<string>
}

/**
 * Events in order, each hydrated once for all of a process's subscribers; who may see it is as of this moment, so a
 * lost wake-up cannot leak. $1 company, $2 above this position, $3 most rows, $4 people.
 */
const eventsAfter: Statement = {
  name: 'events_after',
  text: `select e.position::text as position, e.kind, e.conversation_id as "eventConversationId", e.seq as "eventSeq",
      e.actor_id as "actorId", e.recipient_id as "recipientId", e.joined_ids as "joinedIds", e.left_ids as "leftIds",
      e.created_at as "happenedAt", ${messageColumns('m')},
      array(
        select p.user_id from participants p
        join users u on u.company_id = p.company_id and u.id = p.user_id and u.is_enabled
        join roles r on r.company_id = u.company_id and r.id = u.role_id and 'MESSAGE_READ' = any(r.permissions)
        where p.company_id = e.company_id and p.conversation_id = e.conversation_id and p.left_at is null
          and p.user_id = any($4)
        union all
        select u.id from users u
        join roles r on r.company_id = u.company_id and r.id = u.role_id and 'MESSAGE_READ' = any(r.permissions)
        where e.conversation_id is null and u.company_id = e.company_id and u.id = any($4) and u.is_enabled
      ) as "visibleTo"
    from events e left join messages m on m.company_id = e.company_id and m.id = e.message_id
    where e.company_id = $1 and e.position > $2 order by e.position limit $3`,
}

const streamBounds: Statement = {
  name: 'stream_bounds',
  text: `select s.position::text as head,
      (select min(e.position) from events e where e.company_id = s.company_id)::text as oldest
    from company_streams s where s.company_id = $1`,
}

type FlatRow = MessageRow & {
  position: string
  kind: EventKind
  eventConversationId: string | null
  eventSeq: number | null
  actorId: string | null
  recipientId: string | null
  joinedIds: string[]
  leftIds: string[]
  happenedAt: Date
  visibleTo: string[]
}

/** Reads the events above `after`, at most `most`, for the given people. */
export async function readEvents(
  chores: TenantDatabase,
  range: { after: number; most: number; userIds: string[] },
): Promise<LiveEvent[]> {
  const { after, most, userIds } = range
  const rows = await chores.query<FlatRow>(eventsAfter, [chores.tenant.companyId, after, most, userIds])
  return rows.map(readEvent)
}

/** The last position taken, and the oldest event still kept. */
export async function readStreamBounds(chores: TenantDatabase): Promise<{ head: number; oldest: number }> {
  const [row] = await chores.query<{ head: string; oldest: string | null }>(streamBounds, [
    chores.tenant.companyId,
  ])
  const head = Number(row?.head ?? 0)
  return { head, oldest: row?.oldest ? Number(row.oldest) : head + 1 }
}

function readEvent(flat: FlatRow): LiveEvent {
  const {
    position,
    kind,
    eventConversationId,
    eventSeq,
    actorId,
    recipientId,
    joinedIds,
    leftIds,
    happenedAt,
    visibleTo,
    ...message
  } = flat
  return {
    position: Number(position),
    kind,
    conversationId: eventConversationId,
    seq: eventSeq,
    actorId,
    recipientId,
    joinedIds,
    leftIds,
    createdAt: happenedAt,
    message: message.id ? message : null,
    visibleTo: new Set(visibleTo),
  }
}
