import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { RoleRow } from '../../database/prisma-types.ts'
import { id, parseInput } from '../../input.ts'
import { rolePermissions } from '../permissions.ts'
import { changeRoles, requireHeld, requireOwnRole } from './change-role.ts'
import { requireFreeName, roleName } from './create-role.ts'

const schema = z.object({
  roleId: id('Role'),
  name: roleName.nullish(),
  permissions: rolePermissions.nullish(),
})

/**
 * Renames a role, or replaces its permissions, which takes effect on its members at once. Requires MEMBER_MANAGE and every
 * permission that the role grants before and after. Throws NotFoundError, PermissionDeniedError, InvalidInputError,
 * ConflictError.
 */
export async function updateRole(context: Context, input: unknown): Promise<{ role: RoleRow }> {
  const { roleId, name, permissions } = parseInput(schema, input)
  const { companyId } = context.viewer
  return changeRoles(context, async (locked) => {
    const role = await requireOwnRole(context, locked, roleId)
    if (permissions != null) requireHeld(locked.own, permissions)
    if (name != null) await requireFreeName(locked, companyId, name, roleId)
    return {
      role: await locked.transaction.role.update({
        where: { companyId_id: { companyId, id: roleId } },
        data: { name: name ?? role.name, permissions: permissions ?? role.permissions },
      }),
    }
  })
}
