import type { Statement } from '../database/database.ts'

const userColumns = `u.company_id as "companyId", u.id, u.external_id as "externalId", u.name, u.name_folded as "nameFolded",
  u.email, u.department, u.role_id as "roleId", u.is_enabled as "isEnabled", u.joined_at as "joinedAt", u.issuer, u.subject,
  u.sound, u.browser_notifications as "browserNotifications", u.email_when_offline as "emailWhenOffline"`

/** People by id: $1 company, $2 ids. */
export const usersById: Statement = {
  name: 'users_by_id',
  text: `select ${userColumns} from users u where u.company_id = $1 and u.id = any($2)`,
}

/** A folded name or search text with its words set apart by spaces: Anne-Marie and O'Brien are two words each. */
const words = (sql: string) => `translate(${sql}, $$-'’.,()/$$, '        ')`

/**
 * People one can write to: first those whose name begins with the text, then those with another word that does, each by
 * name. $1 company, $2 viewer, $3 $4 $5 after this rank, folded name and id, $6 most rows, $7 folded text or null.
 */
export const usersPage: Statement = {
  name: 'users_page',
  text: `select ${userColumns}, x.rank from users u
    cross join lateral (
      select case when $7::text is null or starts_with(${words('u.name_folded')}, ${words('$7::text')}) then 1 else 2 end as rank
    ) x
    where u.company_id = $1 and u.id <> $2 and u.is_enabled
      and ($3::int is null or (x.rank, u.name_folded, u.id) > ($3::int, $4, $5::uuid))
      and ($7::text is null or strpos(' ' || ${words('u.name_folded')}, ' ' || ${words('$7::text')}) > 0)
    order by x.rank, u.name_folded, u.id limit $6`,
}

/**
 * Members with their roles, disabled ones too, by name: $1 company, $2 $3 after this folded name and id, $4 most rows,
 * $5 folded text in the name.
 */
export const membersPage: Statement = {
  name: 'members_page',
  text: `select ${userColumns}, to_jsonb(r) as role from users u
    join (
      select r.company_id as "companyId", r.id, r.name, r.permissions, r.is_built_in as "isBuiltIn" from roles r
      where r.company_id = $1
    ) r on r.id = u.role_id
    where u.company_id = $1
      and ($2::text is null or (u.name_folded, u.id) > ($2, $3::uuid))
      and ($5::text is null or strpos(u.name_folded, $5) > 0)
    order by u.name_folded, u.id limit $4`,
}
