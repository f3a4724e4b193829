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

/** Those of the channels that follow the viewer's department. */
export const channelsOfDepartment = statement({
  name: 'channels_of_department',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<{ conversationId: string }>(),
  text: `select d.conversation_id as "conversationId" from users u
    join conversation_departments d on d.company_id = u.company_id and d.key = app.department_key(u.department)
    where u.company_id = :companyId and u.id = :viewerId and d.conversation_id = any(:ids) and d.ended_at is null`,
})
