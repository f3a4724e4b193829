import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { RoleRow } from '../../database/prisma-types.ts'
import { ConflictError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { lineText, parseInput } from '../../input.ts'
import { rolePermissions } from '../permissions.ts'
import { changeRoles, type LockedRoles, requireHeld } from './change-role.ts'

/** The name of a role, one line. */
export const roleName = lineText('The name')

const schema = z.object({ name: roleName, permissions: rolePermissions })

const MAX_ROLES = 200

/**
 * Creates a role. Requires MEMBER_MANAGE and every permission that it grants. Throws PermissionDeniedError, InvalidInputError,
 * and ConflictError if a role has the name already or there are 200.
 */
export async function createRole(context: Context, input: unknown): Promise<{ role: RoleRow }> {
  const { name, permissions } = parseInput(schema, input)
  const { companyId } = context.viewer
  return changeRoles(context, async (locked) => {
    requireHeld(locked.own, permissions)
    await requireFreeName(locked, companyId, name)
    if ((await locked.transaction.role.count({ where: { companyId } })) >= MAX_ROLES)
      throw new ConflictError(`A company has at most ${MAX_ROLES} roles.`)
    return {
      role: await locked.transaction.role.create({ data: { companyId, id: newId(), name, permissions } }),
    }
  })
}

/** Throws ConflictError if another role of the company has the name. */
export async function requireFreeName(
  { transaction }: LockedRoles,
  companyId: string,
  name: string,
  roleId?: string,
): Promise<void> {
  const namesake = await transaction.role.findFirst({ where: { companyId, name } })
  if (namesake && namesake.id !== roleId) throw new ConflictError('Another role has this name.')
}
