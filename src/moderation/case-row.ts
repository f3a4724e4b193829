import {
  conversationColumns,
  type FlatConversationRow,
  lastMessageColumns,
  lastMessageJoin,
} from '../conversations/conversation-row.ts'
import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { policyMarkOfMessage, statement } from '../database/statement.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'
import { shownTo, viewerMembership } from '../visibility/visibility.ts'

/** A case that moderators decide. The reason of the decision is ciphertext. */
export type CaseRow = RowOf<typeof caseColumns>

const caseColumns = columns({
  id: column.uuid,
  messageId: column.uuid,
  kind: column.of<'HELD' | 'REPORTED'>(),
  state: column.of<CaseState>(),
  signals: column.of<string[]>(),
  openedAt: column.instant,
  decidedAt: column.instant.orNull,
  decidedById: column.uuid.orNull,
  reason: column.bytes.orNull,
})

/** The states of a case. */
export type CaseState = 'OPEN' | 'APPROVED' | 'REJECTED' | 'DISMISSED' | 'RETRACTED'

/** A report of a message. The note is ciphertext. */
export type ReportRow = RowOf<typeof reportColumns>

const reportColumns = columns({
  messageId: column.uuid,
  reporterId: column.uuid,
  reason: column.text,
  note: column.bytes.orNull,
  reportedAt: column.instant,
})

/** Cases by id, whoever takes part in their conversations: only for moderators. */
export const casesById = statement({
  name: 'moderation_cases_by_id',
  parameters: ['companyId', 'ids'],
  row: caseColumns,
  text: `select ${caseColumns.of('k')} from moderation_cases k where k.company_id = :companyId and k.id = any(:ids)`,
})

/** The messages of cases by their own id, whoever may see them: only for moderators. */
export const messagesOfCases = statement({
  name: 'messages_of_cases',
  parameters: ['companyId', 'ids'],
  row: messageColumns,
  text: `select ${messageColumns.of('m')} from messages m
    where m.company_id = :companyId and m.id = any(:ids)
      and exists (select from moderation_cases k where k.company_id = m.company_id and k.message_id = m.id)`,
})

/** Conversations of such messages as the viewer sees them: without messages, for one who takes no part. */
export const conversationsOfCases = statement({
  name: 'conversations_of_cases',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<FlatConversationRow>(),
  text: `select ${conversationColumns.of('c')}, ${lastMessageColumns}
    from conversations c ${viewerMembership()} ${lastMessageJoin}
    where c.company_id = :companyId and c.id = any(:ids) and exists (
      select from moderation_cases k join messages m on m.company_id = k.company_id and m.id = k.message_id
      where k.company_id = c.company_id and m.conversation_id = c.id
    )`,
})

/** Cases in the order in which they were opened, after this time and id; of one state, or of all. */
export const casesOfState = casesAfter('moderation_cases_of_state', 'k.state = :state')
export const casesOfAllStates = casesAfter('moderation_cases_of_all_states', ':state::text is null')

function casesAfter<const Name extends string>(name: Name, wanted: string) {
  return statement({
    name,
    parameters: ['companyId', 'state', 'afterAt', 'afterId', 'max'],
    row: caseColumns,
    text: `select ${caseColumns.of('k')} from moderation_cases k
      where k.company_id = :companyId and ${wanted}
        and (:afterAt::timestamptz is null or (k.opened_at, k.id) > (:afterAt::timestamptz, :afterId::uuid))
      order by k.opened_at, k.id limit :max`,
  })
}

/** The reports of one case in their order, after this time and reporter. */
export const reportsOfCase = statement({
  name: 'reports_of_case',
  parameters: ['companyId', 'caseId', 'afterAt', 'afterId', 'max'],
  row: reportColumns,
  text: `select ${reportColumns.of('r')} from message_reports r
    where r.company_id = :companyId and r.case_id = :caseId
      and (:afterAt::timestamptz is null or (r.reported_at, r.reporter_id) > (:afterAt::timestamptz, :afterId::uuid))
    order by r.reported_at, r.reporter_id limit :max`,
})

/** The viewer's own messages that wait for review or were rejected, latest first. */
export const heldBefore = statement({
  name: 'held_before',
  parameters: ['companyId', 'viewerId', 'beforeAt', 'beforeId', 'max'],
  row: rowsOf<MessageRow>(),
  text: `select ${messageColumns.of('m')} from messages m
    where m.company_id = :companyId and m.author_id = :viewerId and m.state in ('HELD', 'REJECTED') and ${shownTo()}${policyMarkOfMessage}
      and (:beforeAt::timestamptz is null or (m.created_at, m.id) < (:beforeAt::timestamptz, :beforeId::uuid))
    order by m.created_at desc, m.id desc limit :max`,
})
