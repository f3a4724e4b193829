import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** An access rule of a message. It names one of a role, a person and an attribute. */
export type AccessRow = RowOf<typeof accessColumns>

const accessColumns = columns({
  messageId: column.uuid,
  effect: column.of<'ALLOW' | 'DENY'>(),
  roleId: column.uuid.orNull,
  userId: column.uuid.orNull,
  attribute: column.text.orNull,
})

/** The access rules of messages, in the order in which they were given. */
export const rulesOfMessages = statement({
  name: 'rules_of_messages',
  parameters: ['companyId', 'ids'],
  row: accessColumns,
  text: `select ${accessColumns.of('a')} from message_access a
    where a.company_id = :companyId and a.message_id = any(:ids) and a.ended_at is null order by a.number`,
})

/** The people of its conversation whom the access rules of a message let see it. */
export const peopleShown = statement({
  name: 'people_shown',
  parameters: ['companyId', 'ids'],
  row: rowsOf<{ messageId: string; userIds: string[] }>(),
  text: `select m.id as "messageId", app.people_shown(m.company_id, m.conversation_id, m.id) as "userIds"
    from messages m where m.company_id = :companyId and m.id = any(:ids)`,
})
