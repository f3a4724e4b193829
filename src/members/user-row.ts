import type { Statement } from '../database/database.ts'

const userColumns = `u.company_id as "companyId", u.id, u.external_id as "externalId", u.name, u.name_folded as "nameFolded",
  u.email, u.department, u.role_id as "roleId", u.is_enabled as "isEnabled", u.joined_at as "joinedAt", u.issuer, u.subject,
  u.sound, u.browser_notifications as "browserNotifications", u.email_when_offline as "emailWhenOffline"`

/** People by id: $1 company, $2 ids. */
export const usersById: Statement = {
  name: 'users_by_id',
  text: `select ${userColumns} from users u where u.company_id = $1 and u.id = any($2)`,
}

/**
 * People one can write to, by name: $1 company, $2 viewer, $3 $4 after this folded name and id, $5 most rows, $6 folded
 * text at the start of a word of the name.
 */
export const usersPage: Statement = {
  name: 'users_page',
  text: `select ${userColumns} from users u
    where u.company_id = $1 and u.id <> $2 and u.is_enabled
      and ($3::text is null or (u.name_folded, u.id) > ($3, $4::uuid))
      and ($6::text is null or strpos(' ' || u.name_folded, ' ' || $6) > 0)
    order by u.name_folded, u.id limit $5`,
}
