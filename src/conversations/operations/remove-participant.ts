import { z } from 'zod'
import type { Context } from '../../context.ts'
import { InvalidInputError, MembershipManagedError, NotFoundError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { changePeople } from './change-group.ts'
import { isBroughtByDepartment, removeMember } from './group-members.ts'

const schema = z.object({ conversationId: id('Conversation'), userId: id('User') })

/**
 * Removes a participant from a group. Requires the admin role. Throws NotFoundError if the person is not a participant,
 * and MembershipManagedError for somebody whose department the channel follows.
 */
export async function removeParticipant(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId, userId } = parseInput(schema, input)
  const { viewer } = context
  if (userId === viewer.userId) {
    throw new InvalidInputError([{ path: ['userId'], detail: 'To leave a group yourself, use leaveGroup.' }])
  }
  await changePeople(context, conversationId, async (transaction, group) => {
    const { companyId } = viewer
    if (
      group.isDepartmentChannel &&
      (await isBroughtByDepartment(transaction, companyId, conversationId, userId))
    )
      throw new MembershipManagedError('This person is here because of their department.')
    const removed = await removeMember(transaction, companyId, conversationId, userId)
    if (!removed) throw new NotFoundError('This person is not in the group.')
    return { kind: 'PARTICIPANTS_CHANGED', left: [userId] }
  })
  return { conversation: await requireConversation(context, conversationId) }
}
