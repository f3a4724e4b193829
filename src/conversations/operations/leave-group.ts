import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { NotFoundError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { changeGroup, type GroupEvent } from './change-group.ts'
import { removeMember } from './group-members.ts'

const schema = z.object({ groupId: id('Conversation') })

/**
 * Leaves a group or a context: a group's messages are the viewer's no longer, and so are a restricted context's; any other
 * context leaves the inbox. Throws NotFoundError if the viewer is not in it.
 */
export async function leaveGroup(context: Context, input: unknown): Promise<{ conversationId: string }> {
  const { groupId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  const leave = async (transaction: Transaction): Promise<GroupEvent> => {
    const left = await removeMember(transaction, companyId, groupId, userId)
    if (!left) throw new NotFoundError('You are not in this group.')
    return { kind: 'PARTICIPANTS_CHANGED', left: [userId] }
  }
  await changeGroup(context, { groupId }, leave, ['GROUP', 'CONTEXT'])
  return { conversationId: groupId }
}
