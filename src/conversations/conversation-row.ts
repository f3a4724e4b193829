import type { Statement } from '../database/database.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'
import { notHidden, readableSql, viewerMembership, visibleSql } from '../visibility/visibility.ts'

/** Who a conversation is for: members, the whole company, or also whoever comes to see it. */
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
  /** The viewer may read what is said in it. */
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

/** As PostgreSQL gives it: the last message's columns lie beside the conversation's, prefixed. */
export type FlatConversationRow = Omit<ConversationRow, 'lastMessage'> & Record<string, unknown>

/** True while a mute at membership `p` holds. */
export const mutedSql = '(p.is_muted and (p.muted_until is null or p.muted_until > now()))'

/**
 * Where a viewer's unread messages start in conversation `c` for membership `p`: above the read mark, or from the private
 * reminder if that lies lower; never in what the viewer has hidden.
 */
const markSql = 'greatest(least(p.last_read_seq, p.unread_from_seq - 1), p.hidden_seq)'

/**
 * Unread messages of membership `p` in conversation `c`: everything above the mark less the viewer's own, the retracted and
 * the hidden ones, so the cost is that of the exclusions and not of the backlog (features, table under section 3). Own
 * messages are compared as a row, by which the planner takes the author's index and not the whole conversation.
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

/** How many unread messages of conversation `c` mention the person at membership `p`. */
export const unreadMentionsSql = `(
    select count(*) from mentions n join messages m on m.company_id = n.company_id and m.id = n.message_id
    where n.company_id = c.company_id and n.user_id = p.user_id and n.conversation_id = c.id
      and n.seq > ${markSql} and m.state = 'POSTED' and m.author_id <> p.user_id and ${notHidden('p.user_id')}
  )::int`

/** Where a viewer's unread messages begin in a conversation. */
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

/** The columns of conversation `c` as the person at membership `p` (or nobody: all null) sees it. */
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

/** The last message's columns under the names `readConversation` expects. */
export const lastMessageColumns = messageFields.map((name) => `l."${name}" as "last:${name}"`).join(', ')

/** Puts a flat row together. */
export function readConversation(flat: FlatConversationRow): ConversationRow {
  const last: Record<string, unknown> = {}
  const row: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flat)) {
    if (name.startsWith('last:')) last[name.slice(5)] = value
    else row[name] = value
  }
  // The statement gives the columns their names.
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
