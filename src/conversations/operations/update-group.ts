import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { InvalidInputError, MembershipManagedError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { foldedKey } from '../../text/folded-key.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { kindsFor, mayManage } from '../conversation-rules.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { adminsOnly, changeGroup, type GroupEvent, type LockedGroup } from './change-group.ts'
import { descriptionText, groupAccess, titleText } from './create-group.ts'

const schema = z.object({
  groupId: id('Conversation'),
  title: titleText.nullish(),
  description: descriptionText.nullish(),
  access: groupAccess.nullish(),
})

/**
 * Changes title, description or access of a group, or title or description of another conversation. Groups and contexts
 * require the admin role, conversations of the whole company CONVERSATION_GLOBAL. Fields that are left out stay; a null
 * description removes it.
 */
export async function updateGroup(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { groupId, title, description, access } = parseInput(schema, input)
  const keys = await context.keys()
  const { companyId } = context.viewer
  const change = async (transaction: Transaction, group: LockedGroup): Promise<GroupEvent> => {
    if (!mayManage(group, context.viewer.permissions)) {
      if (group.kind === 'GLOBAL') requirePermission(context, 'CONVERSATION_GLOBAL')
      throw adminsOnly()
    }
    if (access != null && group.kind !== 'GROUP') {
      throw new InvalidInputError([{ path: ['access'], detail: 'Only groups have an access.' }])
    }
    if (access != null && group.isDepartmentChannel)
      throw new MembershipManagedError(
        'A department channel is for its departments: its access stays as it is.',
      )
    await transaction.conversation.update({
      where: { companyId_id: { companyId, id: groupId } },
      data: {
        ...(title != null && { title, titleFolded: foldedKey(title) }),
        ...(description !== undefined && {
          description: description
            ? new Uint8Array(keys.encrypt(description, { field: 'description', conversationId: groupId }))
            : null,
        }),
        ...(access != null && { access, accessVersion: { increment: 1 } }),
      },
    })
    return { kind: 'CONVERSATION_CHANGED' }
  }
  await changeGroup(context, { groupId }, change, kindsFor.MANAGE)
  return { conversation: await requireConversation(context, groupId) }
}
