import { rowsOf } from '../database/columns.ts'
import { bindingItself } from '../database/own-binding.ts'
import { fence, statement } from '../database/statement.ts'
import { conversationOf, membershipsOf } from '../visibility/visibility.ts'
import { mutedSql, unreadMentionsSql, unreadSql } from './conversation-row.ts'

/** Unread messages of a viewer by kind. */
export interface UnreadRow {
  kind: string
  unread: number
  mentions: number
}

/** True if membership `p` may have unread messages in conversation `c`. */
export const mayHaveUnreadSql = '(c.last_seq > p.last_read_seq or p.unread_from_seq is not null)'

/** Unread messages of these viewers by kind, muted conversations through their mentions alone. */
export const unreadByKind = statement({
  name: 'unread_by_kind',
  parameters: ['companyId', 'ids'],
  row: rowsOf<UnreadRow & { userId: string }>(),
  text: unreadOf(':ids::uuid[]'),
})

/** The same of the one who asks. */
export const unreadOfViewer = bindingItself(
  statement({
    name: 'unread_of_viewer',
    parameters: ['companyId', 'viewerId'],
    row: rowsOf<UnreadRow & { userId: string }>(),
    text: unreadOf('array[:viewerId::uuid]'),
  }),
)

/** Unread messages of the one who asks in one conversation. */
export interface UnreadInConversation extends UnreadRow {
  conversationId: string
  isMuted: boolean
}

/** Unread messages of the one who asks by conversation: of all, or of those with these ids. Others have none. */
export const unreadByConversation = bindingItself(
  statement({
    name: 'unread_by_conversation',
    parameters: ['companyId', 'viewerId', 'ids'],
    row: rowsOf<UnreadInConversation>(),
    text: `select u.conversation_id as "conversationId", u.kind, u.is_muted as "isMuted", u.unread, u.mentions
      from (${unreadIn('array[:viewerId::uuid]', '(:ids::uuid[] is null or p.conversation_id = any(:ids))')}) u`,
  }),
)

/** Adds unread messages up by kind. */
export function sumByKind(rows: readonly UnreadInConversation[]): UnreadRow[] {
  const sums = new Map<string, UnreadRow>()
  for (const { kind, isMuted, unread, mentions } of rows) {
    const sum = sums.get(kind) ?? { kind, unread: 0, mentions: 0 }
    sum.unread += isMuted ? mentions : unread
    sum.mentions += mentions
    sums.set(kind, sum)
  }
  return [...sums.values()]
}

/** SQL of the unread messages of these viewers by kind. `viewers` is an SQL array of user ids. */
function unreadOf(viewers: string): string {
  return `select u.user_id as "userId", u.kind,
      sum(case when u.is_muted then u.mentions else u.unread end)::int as unread, sum(u.mentions)::int as mentions
    from (${unreadIn(viewers, 'true')}) u
    group by u.user_id, u.kind`
}

/** SQL of the unread messages of these viewers by conversation, in memberships `p` that meet the condition. */
function unreadIn(viewers: string, condition: string): string {
  return `select p.user_id, p.conversation_id, c.kind, ${mutedSql} as is_muted, x.unread, x.mentions
      from ${membershipsOf(viewers)} p ${conversationOf}
      cross join lateral (select ${unreadSql} as unread, ${unreadMentionsSql} as mentions ${fence}) x
      where ${condition} and (p.hidden_seq is null or c.last_seq > p.hidden_seq) and ${mayHaveUnreadSql}`
}
