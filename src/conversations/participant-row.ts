import type { Statement } from '../database/database.ts'
import { readableSql, viewerMembership } from '../visibility/visibility.ts'

/** A person's membership of a conversation. */
export interface ParticipantRow {
  userId: string
  role: 'ADMIN' | 'MEMBER'
  joinedAt: Date
  lastReadSeq: number
  lastDeliveredSeq: number
}

/** Who else has a broadcast, and how far they have read, is for its author alone; `user` is an SQL user id. */
const namedTo = (user: string) =>
  `(c.kind <> 'BROADCAST' or c.created_by_id = $2 or ${user} in ($2, c.created_by_id))`

/**
 * How many people take part, in a company-wide conversation everybody enabled: $1 company, $2 conversations. Also
 * non-members of a listed group may know it.
 */
export const participantCounts: Statement = {
  name: 'participant_counts',
  text: `select c.id as "conversationId", case when c.audience = 'COMPANY' then (
        select count(*) from users u where u.company_id = $1 and u.is_enabled
      ) else (
        select count(*) from participants q
        where q.company_id = c.company_id and q.conversation_id = c.id and q.left_at is null
      ) end::int as count
    from conversations c where c.company_id = $1 and c.id = any($2)`,
}

/**
 * The marks that a message's status needs: of everybody who takes part, and of those who had moved on before they
 * left. In a company-wide conversation the longest-standing member without a stored membership stands for all of those; a
 * broadcast's counters, as if of one person, stand for all its recipients. $1 company, $2 viewer, $3 conversations.
 */
export const marksOf: Statement = {
  name: 'marks_of',
  text: `select q.conversation_id as "conversationId", q.user_id as "userId", q.joined_seq as "joinedSeq",
      q.left_at is not null as "hasLeft", q.last_read_seq as "lastReadSeq", q.last_delivered_seq as "lastDeliveredSeq"
    from conversations c ${viewerMembership()}
    join participants q on q.company_id = c.company_id and q.conversation_id = c.id
    where c.company_id = $1 and c.id = any($3) and ${readableSql} and c.kind <> 'BROADCAST'
    union all
    select c.id, u.id, app.start_seq(c.company_id, c.id, u.id), false, 0, 0
    from conversations c cross join lateral (
      select u.id from users u
      where u.company_id = c.company_id and u.is_enabled and not exists (
        select from participants q where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id = u.id
      )
      order by u.joined_at, u.id limit 1
    ) u
    where c.company_id = $1 and c.id = any($3) and c.audience = 'COMPANY' and c.kind <> 'BROADCAST'
    union all
    select b.id, b.id, 0, false, (b.read_count = b.recipient_count)::int, (b.delivered_count = b.recipient_count)::int
    from broadcasts b where b.company_id = $1 and b.id = any($3) and b.status = 'SENT'`,
}

/**
 * Who takes part, longest-standing first: $1 company, $2 viewer, $3 conversation, $4 $5 after this time and user, $6
 * most rows.
 */
export const participantsPage: Statement = {
  name: 'participants_page',
  text: `select q.user_id as "userId", q.role, q.joined_at as "joinedAt", q.last_read_seq as "lastReadSeq",
      q.last_delivered_seq as "lastDeliveredSeq"
    from conversations c ${viewerMembership()}
    join participants q on q.company_id = c.company_id and q.conversation_id = c.id and q.left_at is null
    where c.company_id = $1 and c.id = $3 and ${readableSql} and ${namedTo('q.user_id')}
      and ($4::timestamptz is null or (q.joined_at, q.user_id) > ($4::timestamptz, $5::uuid))
    order by q.joined_at, q.user_id limit $6`,
}

/**
 * Everybody in the company as taking part in a company-wide conversation, longest-standing first; parameters as for
 * participants_page.
 */
export const membersAsParticipants: Statement = {
  name: 'members_as_participants',
  text: `select u.id as "userId", coalesce(q.role, 'MEMBER') as role, u.joined_at as "joinedAt",
      coalesce(q.last_read_seq, 0) as "lastReadSeq", coalesce(q.last_delivered_seq, 0) as "lastDeliveredSeq"
    from conversations c ${viewerMembership()}
    join users u on u.company_id = c.company_id and u.is_enabled
    left join lateral (
      select * from participants q where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id = u.id
    ) q on true
    where c.company_id = $1 and c.id = $3 and ${readableSql} and ${namedTo('u.id')}
      and ($4::timestamptz is null or (u.joined_at, u.id) > ($4::timestamptz, $5::uuid))
    order by u.joined_at, u.id limit $6`,
}
