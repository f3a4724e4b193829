import type { Statement } from '../database/database.ts'

/** The columns of person `u` that the application reads. */
export const userColumns = `u.company_id as "companyId", u.id, u.external_id as "externalId", u.name, u.name_folded as "nameFolded",
  u.email, u.department, u.role_id as "roleId", u.is_enabled as "isEnabled", u.joined_at as "joinedAt", u.issuer, u.subject,
  u.sound, u.browser_notifications as "browserNotifications", u.email_when_offline as "emailWhenOffline"`

/** People by id: $1 company, $2 ids. */
export const usersById: Statement = {
  name: 'users_by_id',
  text: `select ${userColumns} from users u where u.company_id = $1 and u.id = any($2)`,
}
