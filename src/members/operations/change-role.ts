import { type Context, requirePermission } from '../../context.ts'
import type { RoleRow } from '../../database/prisma-types.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { lockMembers, readPosition } from './lock-members.ts'

/** The company's roles under their lock, and the viewer's own permissions as they are now. */
export interface LockedRoles {
  transaction: Transaction
  own: RoleRow
}

/**
 * Runs one change of the company's roles under their lock. Requires MEMBER_MANAGE, also of the role as it is once the lock is
 * held. Subscribers whose access changes are told.
 */
export async function changeRoles<Result>(
  context: Context,
  change: (locked: LockedRoles) => Promise<Result>,
): Promise<Result> {
  requirePermission(context, 'MEMBER_MANAGE')
  const { viewer, services } = context
  const { companyId, userId } = viewer
  // The serving role has no right to change roles, so that nothing it runs can give anybody a permission.
  const system = services.database.forSystem(companyId, context.findAct)
  const { result, position } = await system.transaction(async (transaction) => {
    await lockMembers(transaction, companyId)
    const member = await transaction.user.findFirst({
      where: { companyId, id: userId, isEnabled: true },
      select: { role: true },
    })
    const own = member?.role
    if (!own?.permissions.includes('MEMBER_MANAGE'))
      throw new PermissionDeniedError('Your role lacks the permission MEMBER_MANAGE.', 'MEMBER_MANAGE')
    const result = await change({ transaction, own })
    return { result, position: await readPosition(transaction, companyId) }
  })
  services.viewers.forget(companyId)
  services.live.notify(companyId, position)
  return result
}

/**
 * Returns a role of the company that the viewer may change. Throws NotFoundError, and PermissionDeniedError for a built-in role,
 * the viewer's own, and one with permissions that the viewer lacks.
 */
export async function requireOwnRole(
  { viewer }: Context,
  { transaction, own }: LockedRoles,
  roleId: string,
): Promise<RoleRow> {
  const role = await transaction.role.findFirst({ where: { companyId: viewer.companyId, id: roleId } })
  if (!role) throw new NotFoundError('There is no such role.')
  if (role.isBuiltIn)
    throw new PermissionDeniedError('Every company has this role as it is: it cannot be changed.')
  if (role.id === own.id) throw new PermissionDeniedError('You cannot change your own role.')
  requireHeld(own, role.permissions)
  return role
}

/** Throws PermissionDeniedError unless the role holds all of the permissions: nobody grants more than they have. */
export function requireHeld(own: RoleRow, permissions: readonly string[]): void {
  const lacked = permissions.filter((permission) => !own.permissions.includes(permission))
  const [first] = lacked
  if (first === undefined) return
  throw new PermissionDeniedError(`You lack ${lacked.join(', ')} yourself.`, first)
}
