import { z } from 'zod'
import type { Context } from '../../context.ts'
import { ConflictError, NotFoundError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { changePeople } from './change-group.ts'

const schema = z.object({
  conversationId: id('Conversation'),
  userId: id('User'),
  role: z.enum(['ADMIN', 'MEMBER']),
})

/**
 * Changes the role of a group's participant. Requires the admin role. Throws ConflictError if no admin would be left.
 */
export async function changeParticipantRole(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId, userId, role } = parseInput(schema, input)
  const { companyId } = context.viewer
  await changePeople(context, conversationId, async (transaction) => {
    const present = { companyId, conversationId, leftAt: null }
    const participant = await transaction.participant.findFirst({ where: { ...present, userId } })
    if (!participant) throw new NotFoundError('This person is not in the group.')
    if (participant.role === role) return null
    if (role === 'MEMBER') {
      const others = { ...present, role: 'ADMIN', userId: { not: userId }, user: { isEnabled: true } }
      if ((await transaction.participant.count({ where: others })) === 0)
        throw new ConflictError('A group keeps at least one admin: promote somebody else first.')
    }
    await transaction.participant.updateMany({ where: { ...present, userId }, data: { role } })
    return { kind: 'CONVERSATION_CHANGED' }
  })
  return { conversation: await requireConversation(context, conversationId) }
}
