import { column, columns, type RowOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** The end of do-not-disturb of person `alias`; null if it is over or was never wanted. */
export function undisturbedUntil(alias: string): string {
  return `case when ${alias}.do_not_disturb_until > now() then ${alias}.do_not_disturb_until end`
}

const preferenceShape = {
  sound: column.boolean,
  browserNotifications: column.boolean,
  emailWhenOffline: column.boolean,
  showPreviewInNotifications: column.boolean,
  locale: column.text.orNull,
  /** Null once it is over. */
  doNotDisturbUntil: column.instant.orNull.from(undisturbedUntil),
}

/** The columns of a person that the application reads. */
export const userColumns = columns({
  companyId: column.uuid,
  id: column.uuid,
  externalId: column.text.orNull,
  name: column.text,
  nameFolded: column.text,
  email: column.text.orNull,
  department: column.text.orNull,
  avatarUrl: column.text.orNull,
  roleId: column.uuid,
  isEnabled: column.boolean,
  joinedAt: column.instant,
  issuer: column.text.orNull,
  subject: column.text.orNull,
  ...preferenceShape,
})

/** The notification preferences of a member. */
export type Preferences = RowOf<typeof preferenceColumns>

/** The columns of a member's preferences. */
export const preferenceColumns = columns(preferenceShape)

/** People by id. */
export const usersById = statement({
  name: 'users_by_id',
  parameters: ['companyId', 'ids'],
  row: userColumns,
  text: `select ${userColumns.of('u')} from users u where u.company_id = :companyId and u.id = any(:ids)`,
})
