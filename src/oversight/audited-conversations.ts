import {
  auditedColumns,
  auditedLastMessageJoin,
  type FlatConversationRow,
  lastMessageColumns,
} from '../conversations/conversation-row.ts'
import { rowsOf } from '../database/columns.ts'
import { fence, statement } from '../database/statement.ts'
import { knownToAllSql, viewerMembership } from '../visibility/visibility.ts'

/**
 * True if the name of somebody in the direct conversation `c` contains the folded text. It looks people up by key: for `exists`
 * the planner would read everybody in the company whose name does.
 */
const namesSomebody = `coalesce((
          select true from participants q cross join lateral (
            select u.name_folded from users u where u.company_id = q.company_id and u.id = q.user_id ${fence}
          ) u
          where c.kind = 'DIRECT' and q.company_id = c.company_id and q.conversation_id = c.id
            and strpos(u.name_folded, :text) > 0 limit 1
        ), false)`

/** A page of conversations `c`, latest created first. */
function pageOf(source: string): string {
  return `select ${auditedColumns.of('c')}, ${lastMessageColumns}
    from (
      select c.* from ${source} and ${knownToAllSql}
        and (:beforeAt::timestamptz is null or (c.created_at, c.id) < (:beforeAt::timestamptz, :beforeId::uuid))
        and (:text::text is null or strpos(c.title_folded, :text) > 0 or ${namesSomebody})
      order by c.created_at desc, c.id desc limit :max
    ) c
    ${viewerMembership()} ${auditedLastMessageJoin}
    order by c.created_at desc, c.id desc`
}

/** The company's conversations, whoever takes part in them, before this time and id: only for auditors. */
export const conversationsOfCompany = statement({
  name: 'conversations_of_company',
  parameters: ['companyId', 'viewerId', 'beforeAt', 'beforeId', 'text', 'max'],
  row: rowsOf<FlatConversationRow>(),
  text: pageOf('conversations c where c.company_id = :companyId'),
})

/** Those of one person alone, also the ones that the person has left. */
export const conversationsOfPerson = statement({
  name: 'conversations_of_person',
  parameters: ['companyId', 'viewerId', 'userId', 'beforeAt', 'beforeId', 'text', 'max'],
  row: rowsOf<FlatConversationRow>(),
  text: pageOf(`(
        select c.* from participants q cross join lateral (
          select * from conversations c where c.company_id = q.company_id and c.id = q.conversation_id ${fence}
        ) c
        where q.company_id = :companyId and q.user_id = :userId
        union all
        select c.* from conversations c where c.company_id = :companyId and c.audience = 'COMPANY' and not exists (
          select from participants q
          where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id = :userId
        ) and exists (select from users u where u.company_id = c.company_id and u.id = :userId)
      ) c where true`),
})
