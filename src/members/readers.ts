import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { fence, statement } from '../database/statement.ts'
import type { Permission } from './permissions.ts'

/**
 * The people among these who hold the permission now: enabled members of the company, while messaging is enabled; in
 * safe mode moderators only. `userIds` is an SQL array of user ids.
 */
export function readersOf(userIds: string, permission: Permission): string {
  return `(
      select u.id, u.permissions from (select distinct a.id from unnest(${userIds}::uuid[]) a (id)) asked
      cross join lateral (
        select u.id, r.permissions from users u
        join roles r on r.company_id = :companyId and r.id = u.role_id and '${permission}' = any(r.permissions)
        join companies k on k.id = :companyId and k.messaging_enabled
          and (not k.safe_mode or 'MESSAGE_MODERATE' = any(r.permissions))
        where u.company_id = :companyId and u.id = asked.id and u.is_enabled
        ${fence}
      ) u
    )`
}

const presenceReaders = statement({
  name: 'presence_readers',
  parameters: ['companyId', 'userIds'],
  row: rowsOf<{ id: string }>(),
  text: `select u.id from ${readersOf(':userIds', 'PRESENCE_READ')} u`,
})

/** Returns the people among these who may see presence now. */
export async function presenceReadersAmong(
  database: TenantDatabase,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await database.query(presenceReaders, { companyId: database.tenant.companyId, userIds })
  return new Set(rows.map(({ id }) => id))
}
