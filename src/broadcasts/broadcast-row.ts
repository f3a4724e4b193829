import {
  conversationColumns,
  type FlatConversationRow,
  lastMessageColumns,
  lastMessageJoin,
} from '../conversations/conversation-row.ts'
import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { fence, statement } from '../database/statement.ts'
import { isLatestSql } from '../messages/message-row.ts'
import type { Oversight } from '../visibility/oversight.ts'
import { inBothViews, type Viewed } from '../visibility/views.ts'
import { forbiddenTo, shownTo, viewerMembership, visibleSql } from '../visibility/visibility.ts'

/** A broadcast as one viewer sees it. Subject and body are ciphertext. */
export type BroadcastRow = RowOf<typeof broadcastColumns> &
  Viewed & {
    /** Set if it is shown to an overseer. */
    oversight?: Oversight
  }

const isReadSql = `(b.author_id = :viewerId or coalesce(least(p.last_read_seq, p.unread_from_seq - 1) >= 1, false))`

/** The texts of a sent broadcast are those of its message `m`, which may have been edited. */
const broadcastColumns = columns({
  id: column.uuid,
  authorId: column.uuid,
  subject: column.bytes.orNull.from('case when m.id is null then b.subject else m.subject end'),
  body: column.bytes.from('coalesce(m.body, b.body)'),
  /** Number of edits of its message. */
  revision: column.integer.from('coalesce(m.revision, 0)'),
  isLatest: column.boolean.from(`m.id is null or ${isLatestSql('m')}`),
  isRetracted: column.boolean.from(`coalesce(m.state = 'RETRACTED', false)`),
  priority: column.text,
  audience: column.text,
  status: column.text,
  localTime: column.text.orNull,
  timeZone: column.text.orNull,
  scheduledFor: column.instant.orNull,
  sentAt: column.instant.orNull,
  listedAt: column.instant,
  emailOffline: column.boolean,
  repliesAllowed: column.boolean,
  recipientCount: column.integer,
  readCount: column.integer,
  isRead: column.boolean.from(isReadSql),
  /** The files that it was stored with; those of a sent broadcast are those of its message. */
  attachmentIds: column.of<string[]>(),
})

/** Broadcasts `b` with their conversation, message and membership of the viewer. */
const withMessage = `broadcasts b
    left join conversations c on c.company_id = b.company_id and c.id = b.id
    left join messages m on m.company_id = b.company_id and m.id = b.id
    ${viewerMembership()}`

/** Broadcasts that were sent, whoever receives them. */
const sent = `${withMessage}
    where b.company_id = :companyId and b.status = 'SENT'`

/**
 * Broadcasts `b` that the viewer may see: received ones that are not hidden, and the viewer's own, also while
 * scheduled.
 */
const seen = `${withMessage}
    where b.company_id = :companyId and case
      when b.status = 'SENT' then p.user_id is not null and coalesce(p.hidden_seq, 0) < 1 and ${shownTo()}
      else b.author_id = :viewerId
    end`

/** Broadcasts by id as the viewer may see them, and those that were sent, for an auditor. */
export const broadcastsById = inBothViews({
  name: 'broadcasts_by_id',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: broadcastColumns,
  text: (view) =>
    `select ${broadcastColumns.of('b')} from ${view === 'own' ? seen : sent} and b.id = any(:ids)`,
})

/** The viewer's broadcasts, latest first, before this time and id. */
export const broadcastsPage = statement({
  name: 'broadcasts_page',
  parameters: ['companyId', 'viewerId', 'beforeAt', 'beforeId', 'max', 'unreadOnly'],
  row: broadcastColumns,
  text: `select ${broadcastColumns.of('b')} from ${seen}
      and (:beforeAt::timestamptz is null or (b.listed_at, b.id) < (:beforeAt::timestamptz, :beforeId::uuid))
      and (not :unreadOnly::boolean or b.status = 'SENT' and not ${isReadSql})
    order by b.listed_at desc, b.id desc limit :max`,
})

/** Broadcasts of the last 24 hours, whoever receives them, latest first, before this time and id: only for overseers. */
export const broadcastsSentBefore = statement({
  name: 'broadcasts_sent_before',
  parameters: ['companyId', 'viewerId', 'audits', 'beforeAt', 'beforeId', 'max'],
  row: broadcastColumns,
  text: `select ${broadcastColumns.of('b')} from ${sent} and b.sent_at >= now() - interval '24 hours'
      and (:audits::boolean or not coalesce(${forbiddenTo()}, false))
      and (:beforeAt::timestamptz is null or (b.sent_at, b.id) < (:beforeAt::timestamptz, :beforeId::uuid))
    order by b.sent_at desc, b.id desc limit :max`,
})

/** The groups that a broadcast is sent to and that the viewer may know of, after this id. */
export const groupsOfBroadcast = statement({
  name: 'groups_of_broadcast',
  parameters: ['companyId', 'viewerId', 'broadcastId', 'afterId', 'max'],
  row: rowsOf<FlatConversationRow>(),
  text: `select ${conversationColumns.of('c')}, ${lastMessageColumns}
    from broadcast_groups g join conversations c on c.company_id = g.company_id and c.id = g.conversation_id
    ${viewerMembership()} ${lastMessageJoin}
    where g.company_id = :companyId and g.broadcast_id = :broadcastId
      and (:afterId::uuid is null or g.conversation_id > :afterId) and ${visibleSql}
    order by g.conversation_id limit :max`,
})

/** A recipient of a broadcast. */
export interface BroadcastReaderRow {
  userId: string
  readAt: Date | null
  nameFolded: string
}

/** Recipients who have read a broadcast, latest first, after this time and user. */
export const broadcastReaders = statement({
  name: 'broadcast_readers',
  parameters: ['companyId', 'broadcastId', 'after', 'afterUserId', 'max'],
  row: rowsOf<BroadcastReaderRow>(),
  text: `select p.user_id as "userId", r.at as "readAt", '' as "nameFolded"
    from broadcasts b
    join participants p on p.company_id = b.company_id and p.conversation_id = b.id and p.last_read_seq >= 1
      and p.joined_seq < 1
    cross join lateral (
      select min(x.at) as at from receipts x where x.company_id = p.company_id and x.conversation_id = p.conversation_id
        and x.user_id = p.user_id and x.status = 'READ' and x.up_to_seq >= 1
    ) r
    where b.company_id = :companyId and b.id = :broadcastId and r.at is not null
      and (:after::timestamptz is null or (r.at, p.user_id) < (:after::timestamptz, :afterUserId::uuid))
    order by r.at desc, p.user_id desc limit :max`,
})

/** Recipients who have not read a broadcast, by name, after this name and user. */
export const broadcastNonReaders = statement({
  name: 'broadcast_non_readers',
  parameters: ['companyId', 'broadcastId', 'after', 'afterUserId', 'max'],
  row: rowsOf<BroadcastReaderRow>(),
  text: `select u.id as "userId", null as "readAt", u.name_folded as "nameFolded"
    from broadcasts b join users u on u.company_id = b.company_id and u.is_enabled and u.id <> b.author_id
    left join lateral (
      select * from participants p where p.company_id = b.company_id and p.conversation_id = b.id and p.user_id = u.id ${fence}
    ) p on true
    where b.company_id = :companyId and b.id = :broadcastId and b.status = 'SENT'
      and case when b.audience = 'ALL' then u.joined_at <= b.sent_at else p.user_id is not null end
      and coalesce(p.last_read_seq, 0) < 1
      and (:after::text is null or (u.name_folded, u.id) > (:after, :afterUserId::uuid))
    order by u.name_folded, u.id limit :max`,
})
