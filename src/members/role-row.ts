import { rowsOf } from '../database/columns.ts'
import type { RoleRow } from '../database/prisma-types.ts'
import { statement } from '../database/statement.ts'

/** Roles of the company by id. */
export const rolesById = statement({
  name: 'roles_by_id',
  parameters: ['companyId', 'ids'],
  row: rowsOf<RoleRow>(),
  text: `select r.company_id as "companyId", r.id, r.name, r.permissions, r.is_built_in as "isBuiltIn"
    from roles r where r.company_id = :companyId and r.id = any(:ids)`,
})
