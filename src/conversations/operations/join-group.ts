import { z } from 'zod'
import type { Context } from '../../context.ts'
import { PermissionDeniedError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { changeGroup } from './change-group.ts'
import { addMembers } from './group-members.ts'

const schema = z.object({ groupId: id('Conversation') })

/** Joins an open group. For a member it changes nothing. */
export async function joinGroup(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { groupId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  await changeGroup(context, { groupId }, async (transaction, group) => {
    if (group.viewerRole) return null
    if (group.access !== 'OPEN') throw new PermissionDeniedError('This group is joined by invitation.')
    await addMembers(transaction, companyId, group, [userId])
    return { kind: 'PARTICIPANTS_CHANGED', joined: [userId] }
  })
  return { conversation: await requireConversation(context, groupId) }
}
