import { z } from 'zod'
import type { Context } from '../../context.ts'
import { PermissionDeniedError } from '../../errors.ts'
import { id, ids, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { changeGroup, requireColleagues, requireGroupAdmin } from './change-group.ts'
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
  await changeGroup(context, { conversationId }, async (transaction, group) => {
    if (!group.viewerRole) throw new PermissionDeniedError('Only members of the group may add people.')
    if (group.access !== 'OPEN') requireGroupAdmin(group)
    await requireColleagues(transaction, companyId, userIds)
    const joined = await addMembers(transaction, companyId, group, userIds)
    return joined.length > 0 ? { kind: 'PARTICIPANTS_CHANGED', joined } : null
  })
  return { conversation: await requireConversation(context, conversationId) }
}
