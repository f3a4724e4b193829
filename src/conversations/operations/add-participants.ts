import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { PermissionDeniedError } from '../../errors.ts'
import { id, ids, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { kindsFor, mayAddParticipants } from '../conversation-rules.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import {
  adminsOnly,
  changeGroup,
  type GroupEvent,
  type LockedGroup,
  requireColleagues,
} from './change-group.ts'
import { addMembers } from './group-members.ts'

const schema = z.object({
  conversationId: id('Conversation'),
  userIds: ids('User').refine((list) => list.length > 0, { error: 'Name at least one person.' }),
})

/**
 * Adds members of the company to a group, all or none. Any participant may add to an open group, only admins to others.
 */
export async function addParticipants(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId, userIds } = parseInput(schema, input)
  const { companyId } = context.viewer
  const add = async (transaction: Transaction, group: LockedGroup): Promise<GroupEvent | null> => {
    if (!mayAddParticipants(group)) {
      throw group.viewerRole
        ? adminsOnly()
        : new PermissionDeniedError('Only members of the group may add people.')
    }
    await requireColleagues(transaction, companyId, userIds)
    const joined = await addMembers(transaction, companyId, group, userIds)
    return joined.length > 0 ? { kind: 'PARTICIPANTS_CHANGED', joined } : null
  }
  await changeGroup(context, { conversationId }, add, kindsFor.ADD_PARTICIPANTS)
  return { conversation: await requireConversation(context, conversationId) }
}
