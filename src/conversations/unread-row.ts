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

/** SQL of the unread messages of these viewers by kind. `viewers` is an SQL array of user ids. */
export function unreadOf(viewers: string): string {
  return `select u.user_id as "userId", u.kind, sum(u.unread)::int as unread, sum(u.mentions)::int as mentions
    from (
      select p.user_id, c.kind, x.mentions, case when ${mutedSql} then x.mentions else x.unread end as unread
      from ${membershipsOf(viewers)} p ${conversationOf}
      cross join lateral (select ${unreadSql} as unread, ${unreadMentionsSql} as mentions ${fence}) x
      where (p.hidden_seq is null or c.last_seq > p.hidden_seq)
        and (c.last_seq > p.last_read_seq or p.unread_from_seq is not null)
    ) u
    group by u.user_id, u.kind`
}
