import type { Statement } from '../database/database.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'
import { notHidden, readableSql, viewerMembership, visibleSql } from '../visibility/visibility.ts'

/** The people a conversation is for: its participants, the whole company, or also visitors. */
export type Audience = 'PARTICIPANTS' | 'COMPANY' | 'VISITORS'

/** A conversation as one viewer sees it. */
export interface ConversationRow {
  id: string
  kind: string
  title: string
  description: Buffer | null
  access: string | null
  contextType: string | null
  contextId: string | null
  sensitivity: string
  repliesAllowed: boolean
  isClosed: boolean
  createdById: string | null
  createdAt: Date
  lastSeq: number
  lastActivityAt: Date
  audience: Audience
  isMember: boolean
  /** True if the viewer may read its messages. */
  isReadable: boolean
  viewerRole: string | null
  lastReadSeq: number
  isMuted: boolean
  mutedUntil: Date | null
  unreadCount: number
  hasUnreadMention: boolean
  counterpartId: string | null
  lastMessage: MessageRow | null
}

/** The row as PostgreSQL returns it: the columns of the last message stand beside the conversation's, with a prefix. */
export type FlatConversationRow = Omit<ConversationRow, 'lastMessage'> & Record<string, unknown>

/** True while the mute of membership `p` lasts. */
export const mutedSql = '(p.is_muted and (p.muted_until is null or p.muted_until > now()))'

/**
 * The sequence number up to which messages of conversation `c` do not count as unread for membership `p`: the read mark
 * or the message before the reminder, whichever is lower, but at least the hidden ones.
 */
const markSql = 'greatest(least(p.last_read_seq, p.unread_from_seq - 1), p.hidden_seq)'

/**
 * Number of unread messages of membership `p` in conversation `c`: all messages above the mark minus the viewer's own,
 * the retracted and the hidden ones. Only these exclusions are counted, so the cost does not grow with the number of
 * unread messages. Own messages are compared as a row, so that the planner uses the author's index and does not read
 * the whole conversation.
 */
export const unreadSql = `(
    c.last_seq - ${markSql}
    - (select count(*) from messages o where o.company_id = c.company_id and o.conversation_id = c.id
         and o.author_id = p.user_id and (o.author_id, o.seq) > (p.user_id, ${markSql}))
    - (select count(*) from messages o where o.company_id = c.company_id and o.conversation_id = c.id
         and o.state = 'RETRACTED' and o.author_id <> p.user_id and o.seq > ${markSql})
    - (select count(*) from hidden_messages h cross join lateral (
         select from messages o where o.company_id = h.company_id and o.id = h.message_id
           and o.author_id <> p.user_id and o.state <> 'RETRACTED' offset 0
       ) o
       where h.company_id = c.company_id and h.user_id = p.user_id and h.conversation_id = c.id and h.seq > ${markSql})
  )::int`

/** Number of unread messages of conversation `c` that mention the person of membership `p`. */
export const unreadMentionsSql = `(
    select count(*) from mentions n join messages m on m.company_id = n.company_id and m.id = n.message_id
    where n.company_id = c.company_id and n.user_id = p.user_id and n.conversation_id = c.id
      and n.seq > ${markSql} and m.state = 'POSTED' and m.author_id <> p.user_id and ${notHidden('p.user_id')}
  )::int`

/** The first unread message of a conversation for a viewer. */
export interface UnreadStartRow {
  conversationId: string
  unreadFromSeq: number | null
  firstUnreadMentionSeq: number | null
}

/** The first unread message of conversations, and the first that mentions the viewer: $1 company, $2 viewer, $3 ids. */
export const unreadStarts: Statement = {
  name: 'unread_starts',
  text: `select c.id as "conversationId", u.seq as "unreadFromSeq", n.seq as "firstUnreadMentionSeq"
    from conversations c ${viewerMembership()}
    left join lateral (
      select m.seq from messages m
      where m.company_id = c.company_id and m.conversation_id = c.id and m.seq > ${markSql}
        and m.author_id <> p.user_id and m.state <> 'RETRACTED' and ${notHidden()}
      order by m.seq limit 1
    ) u on true
    left join lateral (
      select n.seq from mentions n join messages m on m.company_id = n.company_id and m.id = n.message_id
      where n.company_id = c.company_id and n.user_id = p.user_id and n.conversation_id = c.id and n.seq > ${markSql}
        and m.state = 'POSTED' and m.author_id <> p.user_id and ${notHidden()}
      order by n.seq limit 1
    ) n on true
    where c.company_id = $1 and c.id = any($3) and p.user_id is not null and ${readableSql}`,
}

/**
 * The columns of conversation `c` as the person of membership `p` sees it. `p` is all null for a person without a
 * membership.
 */
export const conversationColumns = `
  c.id, c.kind, c.title, c.description, c.access, c.context_type as "contextType", c.context_id as "contextId",
  c.sensitivity, c.replies_allowed as "repliesAllowed", c.is_closed as "isClosed", c.created_by_id as "createdById",
  c.created_at as "createdAt", c.last_seq as "lastSeq", c.last_activity_at as "lastActivityAt",
  c.audience, p.user_id is not null as "isMember", ${readableSql} as "isReadable", p.role as "viewerRole", coalesce(p.last_read_seq, 0) as "lastReadSeq",
  coalesce(${mutedSql}, false) as "isMuted", case when ${mutedSql} then p.muted_until end as "mutedUntil",
  coalesce(${unreadSql}, 0) as "unreadCount", coalesce(${unreadMentionsSql}, 0) > 0 as "hasUnreadMention",
  case when c.kind = 'DIRECT' then (
    select q.user_id from participants q
    where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id <> p.user_id limit 1
  ) end as "counterpartId"`

/** The last message of conversation `c` that the viewer, $2, may read; its columns are prefixed `last:`. */
export const lastMessageJoin = lastMessageJoinFor('$2')

function lastMessageJoinFor(viewer: string): string {
  return `left join lateral (
    select ${messageColumns('m')} from messages m
    where ${readableSql} and m.company_id = c.company_id and m.conversation_id = c.id
      and m.seq > coalesce(p.hidden_seq, 0) and ${notHidden(viewer)}
    order by m.seq desc limit 1
  ) l on true`
}

const messageFields = [
  'id',
  'conversationId',
  'seq',
  'authorId',
  'parentId',
  'depth',
  'subject',
  'body',
  'metadata',
  'priority',
  'state',
  'clientMessageId',
  'createdAt',
  'editedAt',
  'retractedAt',
  'revision',
  'isLatest',
] as const

/** The columns of the last message, under the names that `readConversation` expects. */
export const lastMessageColumns = messageFields.map((name) => `l."${name}" as "last:${name}"`).join(', ')

/** Moves the prefixed columns of the last message into an object of their own. */
export function readConversation(flat: FlatConversationRow): ConversationRow {
  const last: Record<string, unknown> = {}
  const row: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flat)) {
    if (name.startsWith('last:')) last[name.slice(5)] = value
    else row[name] = value
  }
  // The statement names all columns of the type.
  return {
    ...(row as unknown as ConversationRow),
    lastMessage: last.id ? (last as unknown as MessageRow) : null,
  }
}

/** Conversations by id as the viewer may see them: $1 company, $2 viewer, $3 ids. */
export const conversationsById: Statement = {
  name: 'conversations_by_id',
  text: `select ${conversationColumns}, ${lastMessageColumns}
    from conversations c ${viewerMembership()} ${lastMessageJoin}
    where c.company_id = $1 and c.id = any($3) and ${visibleSql}`,
}

/** The same for many viewers at once: $1 company, $2 viewers and $3 ids, pair by pair. */
export const conversationsOfViewers: Statement = {
  name: 'conversations_of_viewers',
  text: `select a.viewer_id as "viewerId", ${conversationColumns}, ${lastMessageColumns}
    from unnest($2::uuid[], $3::uuid[]) a (viewer_id, conversation_id)
    join conversations c on c.company_id = $1 and c.id = a.conversation_id
    ${viewerMembership('a.viewer_id')} ${lastMessageJoinFor('a.viewer_id')}
    where ${visibleSql}`,
}
