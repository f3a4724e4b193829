import { z } from 'zod'
import type { Context } from '../../context.ts'
import { ConflictError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { changeRoles, requireOwnRole } from './change-role.ts'

const schema = z.object({ roleId: id('Role') })

/**
 * Deletes a role. Requires MEMBER_MANAGE and every permission of the role. Throws NotFoundError, PermissionDeniedError, and
 * ConflictError while members have it, or if an access rule of a message names it: without it the rule would let others see
 * the message.
 */
export async function deleteRole(context: Context, input: unknown): Promise<{ roleId: string }> {
  const { roleId } = parseInput(schema, input)
  const { companyId } = context.viewer
  return changeRoles(context, async (locked) => {
    const { transaction } = locked
    await requireOwnRole(context, locked, roleId)
    const members = await transaction.user.count({ where: { companyId, roleId } })
    if (members > 0)
      throw new ConflictError(`Members have this role, ${members} in all: give them another first.`)
    if (await transaction.messageAccess.findFirst({ where: { companyId, roleId } }))
      throw new ConflictError('Access rules of messages name this role.')
    await transaction.role.delete({ where: { companyId_id: { companyId, id: roleId } } })
    return { roleId }
  })
}
