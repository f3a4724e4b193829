import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { inBothViews, type View } from '../visibility/views.ts'
import { knownToAllSql, readableSql, viewerMembership } from '../visibility/visibility.ts'

/** A person's membership of a conversation. */
export type ParticipantRow = RowOf<typeof participantColumns>

const participantColumns = columns({
  userId: column.uuid,
  role: column.of<'ADMIN' | 'MEMBER'>(),
  joinedAt: column.instant,
  lastReadSeq: column.integer,
  lastDeliveredSeq: column.integer,
})

/** A participant's marks, as a message's status needs them. */
export type MarkRow = RowOf<typeof markColumns>

const markColumns = columns({
  conversationId: column.uuid,
  userId: column.uuid,
  joinedSeq: column.integer,
  hasLeft: column.boolean.from((alias) => `${alias}.left_at is not null`),
  lastReadSeq: column.integer,
  lastDeliveredSeq: column.integer,
})

/** True unless `user`, an SQL user id, is another recipient of a broadcast: only its author sees these and their marks. */
const namedTo = (user: string) =>
  `(c.kind <> 'BROADCAST' or c.created_by_id = :viewerId or ${user} in (:viewerId, c.created_by_id))`

/** True if the view shows the membership of `user`, an SQL user id. */
const shownIn = (view: View, user: string) =>
  view === 'audited' ? knownToAllSql : `${readableSql} and ${namedTo(user)}`

/**
 * Numbers of participants; in a company-wide conversation of all enabled members. Non-members of a listed group may see
 * its number.
 */
export const participantCounts = statement({
  name: 'participant_counts',
  parameters: ['companyId', 'ids'],
  row: rowsOf<{ conversationId: string; count: number }>(),
  text: `select c.id as "conversationId", case when c.audience = 'COMPANY' then (
        select count(*) from users u where u.company_id = :companyId and u.is_enabled
      ) else (
        select count(*) from participants q
        where q.company_id = c.company_id and q.conversation_id = c.id and q.left_at is null
      ) end::int as count
    from conversations c where c.company_id = :companyId and c.id = any(:ids)`,
})

/**
 * The marks that decide a message's delivery state: of all participants, and of those who had received the message
 * before they left. In a company-wide conversation the longest-standing member without a stored membership stands for
 * all members without one. In a broadcast its counters, as if of one person, stand for all recipients.
 */
export const marksOf = statement({
  name: 'marks_of',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: markColumns,
  text: `select ${markColumns.of('q')}
    from conversations c ${viewerMembership()}
    join participants q on q.company_id = c.company_id and q.conversation_id = c.id
    where c.company_id = :companyId and c.id = any(:ids) and ${readableSql} and c.kind <> 'BROADCAST'
    union all
    select c.id, u.id, app.start_seq(c.company_id, c.id, u.id), false, 0, 0
    from conversations c cross join lateral (
      select u.id from users u
      where u.company_id = c.company_id and u.is_enabled and not exists (
        select from participants q where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id = u.id
      )
      order by u.joined_at, u.id limit 1
    ) u
    where c.company_id = :companyId and c.id = any(:ids) and c.audience = 'COMPANY' and c.kind <> 'BROADCAST'
    union all
    select b.id, b.id, 0, false, (b.read_count = b.recipient_count)::int, (b.delivered_count = b.recipient_count)::int
    from broadcasts b where b.company_id = :companyId and b.id = any(:ids) and b.status = 'SENT'`,
})

/** Participants in the order they joined, after this time and user. */
export const participantsPage = inBothViews({
  name: 'participants_page',
  parameters: ['companyId', 'viewerId', 'conversationId', 'afterAt', 'afterUserId', 'max'],
  row: participantColumns,
  text: (view) => `select ${participantColumns.of('q')}
    from conversations c ${viewerMembership()}
    join participants q on q.company_id = c.company_id and q.conversation_id = c.id and q.left_at is null
    where c.company_id = :companyId and c.id = :conversationId and ${shownIn(view, 'q.user_id')}
      and (:afterAt::timestamptz is null or (q.joined_at, q.user_id) > (:afterAt::timestamptz, :afterUserId::uuid))
    order by q.joined_at, q.user_id limit :max`,
})

/**
 * All members of the company as participants of a company-wide conversation, in the order they joined. Its parameters
 * are those of participants_page.
 */
export const membersAsParticipants = inBothViews({
  name: 'members_as_participants',
  parameters: ['companyId', 'viewerId', 'conversationId', 'afterAt', 'afterUserId', 'max'],
  row: participantColumns,
  text: (view) => `select u.id as "userId", coalesce(q.role, 'MEMBER') as role, u.joined_at as "joinedAt",
      coalesce(q.last_read_seq, 0) as "lastReadSeq", coalesce(q.last_delivered_seq, 0) as "lastDeliveredSeq"
    from conversations c ${viewerMembership()}
    join users u on u.company_id = c.company_id and u.is_enabled
    left join lateral (
      select * from participants q where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id = u.id
    ) q on true
    where c.company_id = :companyId and c.id = :conversationId and ${shownIn(view, 'u.id')}
      and (:afterAt::timestamptz is null or (u.joined_at, u.id) > (:afterAt::timestamptz, :afterUserId::uuid))
    order by u.joined_at, u.id limit :max`,
})
