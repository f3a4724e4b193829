import { z } from 'zod'
import type { Context } from '../context.ts'
import { NotFoundError } from '../errors.ts'
import { id, parseInput } from '../input.ts'
import { changeGroup } from './change-group.ts'
import { removeMember } from './group-members.ts'

const schema = z.object({ groupId: id('Conversation') })

/** Leaves a group: its messages are the viewer's no longer. Throws NotFoundError if the viewer is not in it. */
export async function leaveGroup(context: Context, input: unknown): Promise<{ conversationId: string }> {
  const { groupId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  await changeGroup(context, { groupId }, async (transaction) => {
    const left = await removeMember(transaction, companyId, groupId, userId)
    if (!left) throw new NotFoundError('You are not in this group.')
    return { kind: 'PARTICIPANTS_CHANGED', left: [userId] }
  })
  return { conversationId: groupId }
}
