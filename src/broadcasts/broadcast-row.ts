import {
  conversationColumns,
  lastMessageColumns,
  lastMessageJoin,
} from '../conversations/conversation-row.ts'
import type { Statement } from '../database/database.ts'
import { isLatestSql } from '../messages/message-row.ts'
import { notHidden, viewerMembership, visibleSql } from '../visibility/visibility.ts'

/** A broadcast as one viewer sees it; subject and body are ciphertext. */
export interface BroadcastRow {
  id: string
  authorId: string
  subject: Buffer | null
  body: Buffer
  /** Number of edits of its message. */
  revision: number
  isLatest: boolean
  isRetracted: boolean
  priority: string
  audience: string
  status: string
  localTime: string | null
  timeZone: string | null
  scheduledFor: Date | null
  sentAt: Date | null
  listedAt: Date
  emailOffline: boolean
  repliesAllowed: boolean
  recipientCount: number
  readCount: number
  isRead: boolean
}

const isReadSql = `(b.author_id = $2 or coalesce(least(p.last_read_seq, p.unread_from_seq - 1) >= 1, false))`

/** The texts of a sent broadcast are those of its message, which may have been edited. */
const columns = `b.id, b.author_id as "authorId",
  case when m.id is null then b.subject else m.subject end as subject, coalesce(m.body, b.body) as body,
  coalesce(m.revision, 0) as revision, m.id is null or ${isLatestSql('m')} as "isLatest", coalesce(m.state = 'RETRACTED', false) as "isRetracted", b.priority, b.audience,
  b.status, b.local_time as "localTime", b.time_zone as "timeZone", b.scheduled_for as "scheduledFor", b.sent_at as "sentAt",
  b.listed_at as "listedAt", b.email_offline as "emailOffline", b.replies_allowed as "repliesAllowed",
  b.recipient_count as "recipientCount", b.read_count as "readCount", ${isReadSql} as "isRead"`

/** Broadcasts `b` that the viewer, $2, may see: what has arrived and is not hidden, and the own ones still waiting. */
const seen = `broadcasts b
    left join conversations c on c.company_id = b.company_id and c.id = b.id
    left join messages m on m.company_id = b.company_id and m.id = b.id
    ${viewerMembership()}
    where b.company_id = $1 and case
      when b.status = 'SENT' then p.user_id is not null and coalesce(p.hidden_seq, 0) < 1 and ${notHidden()}
      else b.author_id = $2
    end`

/** Broadcasts by id as the viewer may see them: $1 company, $2 viewer, $3 ids. */
export const broadcastsById: Statement = {
  name: 'broadcasts_by_id',
  text: `select ${columns} from ${seen} and b.id = any($3)`,
}

/** The viewer's broadcasts, latest first: $1 company, $2 viewer, $3 $4 before this time and id, $5 most rows, $6 unread only. */
export const broadcastsPage: Statement = {
  name: 'broadcasts_page',
  text: `select ${columns} from ${seen}
      and ($3::timestamptz is null or (b.listed_at, b.id) < ($3::timestamptz, $4::uuid))
      and (not $6::boolean or b.status = 'SENT' and not ${isReadSql})
    order by b.listed_at desc, b.id desc limit $5`,
}

/**
 * The groups a broadcast goes to, as far as the viewer may know of them: $1 company, $2 viewer, $3 broadcast, $4 above
 * this id, $5 most rows.
 */
export const groupsOfBroadcast: Statement = {
  name: 'groups_of_broadcast',
  text: `select ${conversationColumns}, ${lastMessageColumns}
    from broadcast_groups g join conversations c on c.company_id = g.company_id and c.id = g.conversation_id
    ${viewerMembership()} ${lastMessageJoin}
    where g.company_id = $1 and g.broadcast_id = $3 and ($4::uuid is null or g.conversation_id > $4) and ${visibleSql}
    order by g.conversation_id limit $5`,
}

/** A recipient of a broadcast. */
export interface BroadcastReaderRow {
  userId: string
  readAt: Date | null
  nameFolded: string
}

/** Who has read a broadcast, latest first: $1 company, $2 broadcast, $3 $4 before this time and user, $5 most rows. */
export const broadcastReaders: Statement = {
  name: 'broadcast_readers',
  text: `select p.user_id as "userId", r.at as "readAt", '' as "nameFolded"
    from broadcasts b
    join participants p on p.company_id = b.company_id and p.conversation_id = b.id and p.last_read_seq >= 1
      and p.joined_seq < 1
    cross join lateral (
      select min(x.at) as at from receipts x where x.company_id = p.company_id and x.conversation_id = p.conversation_id
        and x.user_id = p.user_id and x.status = 'READ' and x.up_to_seq >= 1
    ) r
    where b.company_id = $1 and b.id = $2 and r.at is not null
      and ($3::timestamptz is null or (r.at, p.user_id) < ($3::timestamptz, $4::uuid))
    order by r.at desc, p.user_id desc limit $5`,
}

/**
 * Who was entitled to a broadcast and has not read it, by name: $1 company, $2 broadcast, $3 $4 after this name and user,
 * $5 most rows.
 */
export const broadcastNonReaders: Statement = {
  name: 'broadcast_non_readers',
  text: `select u.id as "userId", null as "readAt", u.name_folded as "nameFolded"
    from broadcasts b join users u on u.company_id = b.company_id and u.is_enabled and u.id <> b.author_id
    left join lateral (
      select * from participants p where p.company_id = b.company_id and p.conversation_id = b.id and p.user_id = u.id offset 0
    ) p on true
    where b.company_id = $1 and b.id = $2 and b.status = 'SENT'
      and case when b.audience = 'ALL' then u.joined_at <= b.sent_at else p.user_id is not null end
      and coalesce(p.last_read_seq, 0) < 1
      and ($3::text is null or (u.name_folded, u.id) > ($3, $4::uuid))
    order by u.name_folded, u.id limit $5`,
}
