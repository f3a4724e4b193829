import { rowsOf } from '../../database/columns.ts'
import { bindingItself } from '../../database/own-binding.ts'
import { fence, statement } from '../../database/statement.ts'
import { foundBy } from '../../members/queries/people-search.ts'
import {
  begunSql,
  conversationOf,
  lastActivityFor,
  lastSeqFor,
  membershipsOf,
  readableSql,
  viewerMembership,
} from '../../visibility/visibility.ts'
import {
  conversationColumns,
  type FlatConversationRow,
  lastMessageColumns,
  lastMessageJoin,
  mutedSql,
  unreadSql,
} from '../conversation-row.ts'

/**
 * True if the text occurs in the other person's name, or its words find that person. It looks up one person at a time
 * by key: for `exists` the planner would read everybody in the company whose name matches.
 */
const counterpartFoundSql = `coalesce((
          select strpos(u.name_folded, :text) > 0 or ${foundBy(':words')}
          from participants q cross join lateral (
            select * from users u where u.company_id = q.company_id and u.id = q.user_id ${fence}
          ) u
          where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id <> :viewerId limit 1
        ), false)`

/**
 * A page of the inbox in one statement, latest activity first. A conversation that has moved up since the first page
 * was read keeps the sort key it had then, so that later pages neither skip nor repeat it: `firstPageAt`
 * is the latest activity of the first page. `text` is a folded one in the title or the other person's name, `words` are its words.
 */
export const inboxPage = bindingItself(
  statement({
    name: 'inbox_page',
    parameters: [
      'companyId',
      'viewerId',
      'beforeKey',
      'beforeId',
      'max',
      'kinds',
      'contextType',
      'unreadOnly',
      'muted',
      'text',
      'firstPageAt',
      'words',
    ],
    row: rowsOf<FlatConversationRow & { sortKey: Date }>(),
    text: `select ${conversationColumns.of('c')}, ${lastMessageColumns}, c."sortKey"
    from (
      select c.*, x."sortKey"
      from ${membershipsOf('array[:viewerId::uuid]')} p ${conversationOf}
      cross join lateral (
        select ${lastActivityFor('p.user_id', ':firstPageAt')} as "sortKey"
      ) x
      where ${begunSql} and (p.hidden_seq is null or ${lastSeqFor('p.user_id')} > p.hidden_seq)
        and (:beforeKey::timestamptz is null or (x."sortKey", c.id) < (:beforeKey::timestamptz, :beforeId::uuid))
        and (:kinds::text[] is null or c.kind = any(:kinds))
        and (:contextType::text is null or c.context_type = :contextType)
        and (not :unreadOnly::boolean or ${unreadSql} > 0)
        and (:muted::boolean is null or ${mutedSql} = :muted)
        and (:text::text is null or strpos(c.title_folded, :text) > 0 or c.kind = 'DIRECT' and ${counterpartFoundSql})
      order by x."sortKey" desc, c.id desc limit :max
    ) c
    ${viewerMembership()}
    ${lastMessageJoin}
    order by c."sortKey" desc, c.id desc`,
  }),
)

/** Listed groups and the viewer's own by title; `text` is folded. */
export const groupsPage = statement({
  name: 'groups_page',
  parameters: ['companyId', 'viewerId', 'afterTitle', 'afterId', 'max', 'text'],
  row: rowsOf<FlatConversationRow & { titleFolded: string }>(),
  text: `select ${conversationColumns.of('c')}, ${lastMessageColumns}, c.title_folded as "titleFolded"
    from conversations c ${viewerMembership()} ${lastMessageJoin}
    where c.company_id = :companyId and c.kind = 'GROUP' and not c.is_closed
      and (${readableSql} or c.access in ('OPEN', 'CLOSED'))
      and (:afterTitle::text is null or (c.title_folded, c.id) > (:afterTitle, :afterId::uuid))
      and (:text::text is null or strpos(c.title_folded, :text) > 0)
    order by c.title_folded, c.id limit :max`,
})
