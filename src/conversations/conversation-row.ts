import type { Statement } from '../database/database.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'

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
  isMember: boolean
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

/** True while a mute of participant `p` holds. */
export const mutedSql = '(p.is_muted and (p.muted_until is null or p.muted_until > now()))'

/**
 * Where a viewer's unread messages start in conversation `c` for participant `p`: above the read mark, or from the
 * private reminder if that lies lower.
 */
const markSql = 'least(p.last_read_seq, coalesce(p.unread_from_seq - 1, p.last_read_seq))'

/**
 * Unread messages of participant `p` in conversation `c`: everything above the mark less the viewer's own and the
 * retracted ones, so the cost is that of the exclusions and not of the backlog (features, table under section 3).
 */
export const unreadSql = `(
    c.last_seq - ${markSql}
    - (select count(*) from messages o where o.company_id = c.company_id and o.conversation_id = c.id
         and o.author_id = p.user_id and o.seq > ${markSql})
    - (select count(*) from messages o where o.company_id = c.company_id and o.conversation_id = c.id
         and o.state = 'RETRACTED' and o.author_id <> p.user_id and o.seq > ${markSql})
  )::int`

/** How many unread messages of conversation `c` mention participant `p`. */
export const unreadMentionsSql = `(
    select count(*) from mentions n join messages o on o.company_id = n.company_id and o.id = n.message_id
    where n.company_id = p.company_id and n.user_id = p.user_id and n.conversation_id = p.conversation_id
      and n.seq > ${markSql} and o.state = 'POSTED' and o.author_id <> p.user_id
  )::int`

/** The columns of a conversation as participant `p` (or nobody: all null) sees conversation `c`. */
export const conversationColumns = `
  c.id, c.kind, c.title, c.description, c.access, c.context_type as "contextType", c.context_id as "contextId",
  c.sensitivity, c.replies_allowed as "repliesAllowed", c.is_closed as "isClosed", c.created_by_id as "createdById",
  c.created_at as "createdAt", c.last_seq as "lastSeq", c.last_activity_at as "lastActivityAt",
  p.user_id is not null as "isMember", p.role as "viewerRole", coalesce(p.last_read_seq, 0) as "lastReadSeq",
  coalesce(${mutedSql}, false) as "isMuted", case when ${mutedSql} then p.muted_until end as "mutedUntil",
  coalesce(${unreadSql}, 0) as "unreadCount", coalesce(${unreadMentionsSql}, 0) > 0 as "hasUnreadMention",
  case when c.kind = 'DIRECT' then (
    select q.user_id from participants q
    where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id <> p.user_id limit 1
  ) end as "counterpartId"`

/** The last message of conversation `c`, for members only; its columns are prefixed `last:`. */
export const lastMessageJoin = `left join lateral (
    select ${messageColumns('m')} from messages m
    where p.user_id is not null and m.company_id = c.company_id and m.conversation_id = c.id and m.seq is not null
    order by m.seq desc limit 1
  ) l on true`

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
  return {
    ...(row as unknown as ConversationRow),
    lastMessage: last.id ? (last as unknown as MessageRow) : null,
  }
}

/** Until its first message a direct conversation shows only to whoever started it; nobody is named once both have. */
export const begunSql = `(c.kind <> 'DIRECT' or c.last_seq > 0 or c.created_by_id is null or c.created_by_id = p.user_id)`

/**
 * The one place that decides who may see a conversation `c` of which `p` is the viewer's own place, if any: its
 * participants; and of listed groups everybody, though little.
 */
const visibleSql = `(p.user_id is not null and ${begunSql}
    or c.kind = 'GROUP' and c.access in ('OPEN', 'CLOSED') and not c.is_closed)`

/**
 * Joins the viewer's own place, $2, to conversation `c`. The `offset 0` keeps the planner from reading all places of the
 * viewer, of which it expects next to none.
 */
export const viewerJoin = `left join lateral (
      select * from participants p where p.company_id = c.company_id and p.conversation_id = c.id
        and p.user_id = $2 and p.left_at is null offset 0
    ) p on true`

/** Conversations by id as the viewer may see them: $1 company, $2 viewer, $3 ids. */
export const conversationsById: Statement = {
  name: 'conversations_by_id',
  text: `select ${conversationColumns}, ${lastMessageColumns}
    from conversations c ${viewerJoin} ${lastMessageJoin}
    where c.company_id = $1 and c.id = any($3) and ${visibleSql}`,
}
