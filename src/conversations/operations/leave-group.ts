import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { MembershipManagedError, NotFoundError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { kindsFor, mayLeave } from '../conversation-rules.ts'
import { changeGroup, type GroupEvent, type LockedGroup } from './change-group.ts'
import { isBroughtByDepartment, removeMember } from './group-members.ts'

const schema = z.object({ groupId: id('Conversation') })

/**
 * Leaves a group or context conversation. The viewer can no longer read a group or a restricted context; any other
 * context leaves the inbox only. Throws NotFoundError if the viewer is not a participant, and MembershipManagedError for a
 * department channel, but for an admin who is in none of its departments.
 */
export async function leaveGroup(context: Context, input: unknown): Promise<{ conversationId: string }> {
  const { groupId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  const leave = async (transaction: Transaction, group: LockedGroup): Promise<GroupEvent> => {
    const isOfDepartment =
      group.isDepartmentChannel && (await isBroughtByDepartment(transaction, companyId, groupId, userId))
    if (group.viewerRole && !mayLeave(group, isOfDepartment))
      throw new MembershipManagedError(
        'Only an admin who is in none of its departments leaves a department channel: mute it instead.',
      )
    const left = await removeMember(transaction, companyId, groupId, userId)
    if (!left) throw new NotFoundError('You are not in this group.')
    return { kind: 'PARTICIPANTS_CHANGED', left: [userId] }
  }
  await changeGroup(context, { groupId }, leave, kindsFor.LEAVE)
  return { conversationId: groupId }
}
