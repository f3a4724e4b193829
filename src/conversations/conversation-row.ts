import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { bindingItself } from '../database/own-binding.ts'
import { fence, statement } from '../database/statement.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'
import { inBothViews, type Viewed } from '../visibility/views.ts'
import {
  forbiddenTo,
  knownToAllSql,
  lastActivityFor,
  lastSeqFor,
  readableSql,
  shownTo,
  viewerMembership,
  visibleSql,
} from '../visibility/visibility.ts'

/** The people a conversation is for: its participants, the whole company, or also visitors. */
export type Audience = 'PARTICIPANTS' | 'COMPANY' | 'VISITORS'

/** A conversation as one viewer sees it. */
export type ConversationRow = RowOf<typeof conversationColumns> &
  Viewed & {
    lastMessage: MessageRow | null
    /** The name of the other person of a direct conversation, where it was read with the row. */
    counterpartName?: string | null
  }

/**
 * The row as PostgreSQL returns it: the columns of the last message stand beside the conversation's, with a prefix. They are
 * null if there is none.
 */
export type FlatConversationRow = RowOf<typeof conversationColumns> &
  Viewed & {
    [Name in keyof MessageRow as `last:${Name}`]: MessageRow[Name] | null
  }

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
 * unread messages, and nothing is counted where all is read. Own messages are compared as a row, so that the planner uses
 * the author's index and does not read the whole conversation.
 */
export const unreadSql = `(case when c.last_seq > ${markSql} then
    c.last_seq - ${markSql}
    - (select count(*) from messages o where o.company_id = c.company_id and o.conversation_id = c.id
         and o.author_id = p.user_id and (o.author_id, o.seq) > (p.user_id, ${markSql}))
    - (select count(*) from messages o where o.company_id = c.company_id and o.conversation_id = c.id
         and o.state = 'RETRACTED' and o.author_id <> p.user_id and o.seq > ${markSql})
    - (select count(*) from hidden_messages h cross join lateral (
         select from messages o where o.company_id = h.company_id and o.id = h.message_id
           and o.author_id <> p.user_id and o.state <> 'RETRACTED' ${fence}
       ) o
       where h.company_id = c.company_id and h.user_id = p.user_id and h.conversation_id = c.id and h.seq > ${markSql})
    - (select count(*) from messages m where m.company_id = c.company_id and m.conversation_id = c.id and m.is_restricted
         and m.seq > ${markSql} and m.state <> 'RETRACTED' and ${forbiddenTo('p.user_id')} and not exists (
           select from hidden_messages h where h.company_id = m.company_id and h.user_id = p.user_id
             and h.conversation_id = m.conversation_id and h.seq = m.seq
         ))
    - (select coalesce(sum(g.to_seq - greatest(g.from_seq - 1, ${markSql})), 0) from message_gaps g
       where g.company_id = c.company_id and g.conversation_id = c.id and g.to_seq > ${markSql})
  else 0 end)::int`

/** Number of unread messages of conversation `c` that mention the person of membership `p`. */
export const unreadMentionsSql = `(case when c.last_seq > ${markSql} then (
    select count(*) from mentions n join messages m on m.company_id = n.company_id and m.id = n.message_id
    where n.company_id = c.company_id and n.user_id = p.user_id and n.conversation_id = c.id
      and n.seq > ${markSql} and m.state = 'POSTED' and m.author_id <> p.user_id and ${shownTo('p.user_id')}
  ) else 0 end)::int`

/** The first unread message of a conversation for a viewer. */
const unreadStartColumns = columns({
  conversationId: column.uuid.from('c.id'),
  unreadFromSeq: column.integer.orNull.from('u.seq'),
  firstUnreadMentionSeq: column.integer.orNull.from('n.seq'),
})

/** The first unread message of conversations, and the first that mentions the viewer. */
export const unreadStarts = statement({
  name: 'unread_starts',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: unreadStartColumns,
  text: `select ${unreadStartColumns.of('c')}
    from conversations c ${viewerMembership()}
    left join lateral (
      select m.seq from messages m
      where m.company_id = c.company_id and m.conversation_id = c.id and m.seq > ${markSql}
        and m.author_id <> p.user_id and m.state <> 'RETRACTED' and ${shownTo()}
      order by m.seq limit 1
    ) u on true
    left join lateral (
      select n.seq from mentions n join messages m on m.company_id = n.company_id and m.id = n.message_id
      where n.company_id = c.company_id and n.user_id = p.user_id and n.conversation_id = c.id and n.seq > ${markSql}
        and m.state = 'POSTED' and m.author_id <> p.user_id and ${shownTo()}
      order by n.seq limit 1
    ) n on true
    where c.company_id = :companyId and c.id = any(:ids) and p.user_id is not null and ${readableSql}`,
})

/** The columns of conversation `c` that take no look at its messages and participants. */
const plainShape = {
  id: column.uuid,
  kind: column.text,
  title: column.text,
  description: column.bytes.orNull,
  access: column.text.orNull,
  contextType: column.text.orNull,
  contextId: column.text.orNull,
  sensitivity: column.text,
  repliesAllowed: column.boolean,
  isClosed: column.boolean,
  isDepartmentChannel: column.boolean,
  createdById: column.uuid.orNull,
  createdAt: column.instant,
  lastSeq: column.integer.from(lastSeqFor('p.user_id')),
  lastActivityAt: column.instant.from(lastActivityFor('p.user_id')),
  audience: column.of<Audience>(),
  isMember: column.boolean.from('p.user_id is not null'),
  /** True if the viewer may read its messages. */
  isReadable: column.boolean.from(readableSql),
  viewerRole: column.text.orNull.from('p.role'),
  lastReadSeq: column.integer.from('coalesce(p.last_read_seq, 0)'),
  isMuted: column.boolean.from(`coalesce(${mutedSql}, false)`),
  mutedUntil: column.instant.orNull.from(`case when ${mutedSql} then p.muted_until end`),
}

/**
 * The columns of conversation `c` as the person of membership `p` sees it. `p` is all null for a person without a
 * membership.
 */
export const conversationColumns = columns({
  ...plainShape,
  unreadCount: column.integer.from(`coalesce(${unreadSql}, 0)`),
  hasUnreadMention: column.boolean.from(`coalesce(${unreadMentionsSql}, 0) > 0`),
  counterpartId: column.uuid.orNull.from(`case when c.kind = 'DIRECT' then (
    select q.user_id from participants q
    where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id <> p.user_id limit 1
  ) end`),
})

/** The names of the people of a direct conversation `c`, for an auditor, to whom neither is the other person. */
const namesSql = `(
    select coalesce(string_agg(u.name, ', ' order by u.name_folded, u.id), '')
    from participants q join users u on u.company_id = q.company_id and u.id = q.user_id
    where q.company_id = c.company_id and q.conversation_id = c.id
  )`

/** The columns of conversation `c` as an auditor sees it; what belongs to the viewer is that of membership `p`. */
export const auditedColumns = columns({
  ...plainShape,
  title: column.text.from(`case when c.kind = 'DIRECT' then ${namesSql} else c.title end`),
  lastSeq: column.integer.from('c.last_seq'),
  lastActivityAt: column.instant.from('c.last_activity_at'),
  isReadable: column.boolean.from('true'),
  unreadCount: column.integer.from('0'),
  hasUnreadMention: column.boolean.from('false'),
  counterpartId: column.uuid.orNull.from('null::uuid'),
})

/** The last message of conversation `c`, whoever may read it; its columns are prefixed `last:`. */
export const auditedLastMessageJoin = `left join lateral (
    select ${messageColumns.of('m')} from messages m
    where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is not null order by m.seq desc limit 1
  ) l on true`

/** The last message of conversation `c` that the viewer may read; its columns are prefixed `last:`. */
export const lastMessageJoin = lastMessageJoinFor(':viewerId')

function lastMessageJoinFor(viewer: string): string {
  return `left join lateral (
    select ${messageColumns.of('m')} from messages m
    where ${readableSql} and m.company_id = c.company_id and m.conversation_id = c.id
      and m.seq > coalesce(p.hidden_seq, 0) and ${shownTo(viewer)}
    order by m.seq desc limit 1
  ) l on true`
}

/** The columns of the last message, under the names that `readConversation` expects. */
export const lastMessageColumns = messageColumns.names
  .map((name) => `l."${name}" as "last:${name}"`)
  .join(', ')

/** Moves the prefixed columns of the last message into an object of their own. */
export function readConversation(flat: FlatConversationRow): ConversationRow {
  const last: Record<string, unknown> = {}
  const row: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flat)) {
    if (name.startsWith('last:')) last[name.slice(5)] = value
    else row[name] = value
  }
  // The statement names all columns of the type.
  const conversation = row as unknown as ConversationRow
  if (conversation.view) last.view = conversation.view
  return { ...conversation, lastMessage: last.id ? (last as unknown as MessageRow) : null }
}

const byIds = inBothViews({
  name: 'conversations_by_id',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<FlatConversationRow>(),
  text: (
    view,
  ) => `select ${(view === 'own' ? conversationColumns : auditedColumns).of('c')}, ${lastMessageColumns}
    from conversations c ${viewerMembership()} ${view === 'own' ? lastMessageJoin : auditedLastMessageJoin}
    where c.company_id = :companyId and c.id = any(:ids) and ${view === 'own' ? visibleSql : knownToAllSql}`,
})

/** Conversations by id as the viewer may see them, and as an auditor does. */
export const conversationsById = { own: bindingItself(byIds.own), audited: byIds.audited }

/** Plain rows of conversations by id: nothing is counted or looked up in them. */
export const plainConversationsById = bindingItself(
  statement({
    name: 'plain_conversations_by_id',
    parameters: ['companyId', 'viewerId', 'ids'],
    row: rowsOf<FlatConversationRow>(),
    text: `select ${columns(plainShape).of('c')}, 0 as "unreadCount", false as "hasUnreadMention",
      null as "counterpartId"
    from conversations c ${viewerMembership()}
    where c.company_id = :companyId and c.id = any(:ids) and ${visibleSql}`,
  }),
)

/** Like conversationsById, for many viewers: each viewer with the id at the same index. */
export const conversationsOfViewers = statement({
  name: 'conversations_of_viewers',
  parameters: ['companyId', 'viewerIds', 'ids'],
  row: rowsOf<FlatConversationRow & { viewerId: string }>(),
  text: `select a.viewer_id as "viewerId", ${conversationColumns.of('c')}, ${lastMessageColumns}
    from unnest(:viewerIds::uuid[], :ids::uuid[]) a (viewer_id, conversation_id)
    join conversations c on c.company_id = :companyId and c.id = a.conversation_id
    ${viewerMembership('a.viewer_id')} ${lastMessageJoinFor('a.viewer_id')}
    where ${visibleSql}`,
})
