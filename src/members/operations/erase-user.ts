import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { RoleRow, UserRow } from '../../database/prisma-types.ts'
import { ConflictError, InvalidInputError, LegalHoldError, NotFoundError } from '../../errors.ts'
import { id, lineText, parseInput } from '../../input.ts'
import { changeRoles, type LockedRoles, requireHeld } from './change-role.ts'
import { hashesOf } from './find-erased.ts'

const schema = z.object({ userId: id('User'), confirmName: lineText('The name') })

/**
 * Erases a member for good: nothing that names the person is left, and what they wrote stays under "Former member". Requires
 * MEMBER_MANAGE. Throws NotFoundError, InvalidInputError unless the name is that of the person, PermissionDeniedError for
 * somebody who may do more than the viewer, ConflictError for oneself, the last owner and somebody who is erased already, and
 * LegalHoldError while a legal hold covers a message of the person.
 */
export async function eraseUser(context: Context, input: unknown): Promise<{ user: UserRow }> {
  requirePermission(context, 'MEMBER_MANAGE')
  const { userId, confirmName } = parseInput(schema, input)
  const { viewer, loaders } = context
  const { companyId } = viewer
  const keys = await context.keys()
  await changeRoles(context, async (locked) => {
    const { transaction, own } = locked
    const found = await transaction.user.findFirst({
      where: { companyId, id: userId },
      include: { role: true },
    })
    if (!found) throw new NotFoundError('There is no such person.')
    if (found.erasedAt) throw new ConflictError('This person is erased already.')
    if (userId === viewer.userId) throw new ConflictError('You cannot erase yourself.')
    if (found.name !== confirmName)
      throw new InvalidInputError([{ path: ['confirmName'], detail: "This is not the person's name." }])
    requireHeld(own, found.role.permissions)
    await requireAnotherOwner(locked, found)
    await requireNoHold(locked, userId)
    const { externalIdHash, emailHash } = hashesOf(keys, found)
    await transaction.$queryRaw`select app.erase_user(${userId}::uuid, ${externalIdHash}, ${emailHash})::text`
  })
  const user = await loaders.user.clear(userId).load(userId)
  if (!user) throw new NotFoundError('There is no such person.')
  return { user: user as UserRow }
}

async function requireAnotherOwner(
  { transaction }: LockedRoles,
  { companyId, id: userId, role }: UserRow & { role: RoleRow },
): Promise<void> {
  if (!role.isBuiltIn || role.name !== 'owner') return
  const others = await transaction.user.count({
    where: { companyId, roleId: role.id, isEnabled: true, id: { not: userId } },
  })
  if (others === 0) throw new ConflictError('This is the last owner: make somebody else an owner first.')
}

/** Under the lock of purges, so that a hold is placed before or after it. */
async function requireNoHold({ transaction }: LockedRoles, userId: string): Promise<void> {
  await transaction.$queryRaw`select app.lock_purge()::text`
  const [held] = await transaction.$queryRaw<{ isHeld: boolean }[]>`
    select app.is_person_held(${userId}::uuid) as "isHeld"`
  if (held?.isHeld)
    throw new LegalHoldError('Legal holds keep messages of this person: they must be released first.')
}
