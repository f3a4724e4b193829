import { column, columns } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** The columns of a person that the application reads. */
export const userColumns = columns({
  companyId: column.uuid,
  id: column.uuid,
  externalId: column.text.orNull,
  name: column.text,
  nameFolded: column.text,
  email: column.text.orNull,
  department: column.text.orNull,
  roleId: column.uuid,
  isEnabled: column.boolean,
  joinedAt: column.instant,
  issuer: column.text.orNull,
  subject: column.text.orNull,
  sound: column.boolean,
  browserNotifications: column.boolean,
  emailWhenOffline: column.boolean,
})

/** People by id. */
export const usersById = statement({
  name: 'users_by_id',
  parameters: ['companyId', 'ids'],
  row: userColumns,
  text: `select ${userColumns.of('u')} from users u where u.company_id = :companyId and u.id = any(:ids)`,
})
