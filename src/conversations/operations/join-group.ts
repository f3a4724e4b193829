import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { MembershipManagedError, PermissionDeniedError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { kindsFor, mayJoin } from '../conversation-rules.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { changeGroup, type GroupEvent, type LockedGroup } from './change-group.ts'
import { addMembers } from './group-members.ts'

const schema = z.object({ groupId: id('Conversation') })

/** Joins an open group. For a member it changes nothing. */
export async function joinGroup(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { groupId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  const join = async (transaction: Transaction, group: LockedGroup): Promise<GroupEvent | null> => {
    if (group.viewerRole) return null
    if (group.isDepartmentChannel)
      throw new MembershipManagedError('Only people of its departments are in this channel.')
    if (!mayJoin(group)) throw new PermissionDeniedError('This group is joined by invitation.')
    await addMembers(transaction, companyId, group, [userId])
    return { kind: 'PARTICIPANTS_CHANGED', joined: [userId] }
  }
  await changeGroup(context, { groupId }, join, kindsFor.JOIN)
  return { conversation: await requireConversation(context, groupId) }
}
