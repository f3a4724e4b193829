import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** The departments that channels follow, by name. */
export const departmentsOfChannels = statement({
  name: 'departments_of_channels',
  parameters: ['companyId', 'ids'],
  row: rowsOf<{ conversationId: string; name: string }>(),
  text: `select d.conversation_id as "conversationId", d.name from conversation_departments d
    where d.company_id = :companyId and d.conversation_id = any(:ids) and d.ended_at is null order by d.key`,
})
