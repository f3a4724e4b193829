import { z } from 'zod'
import type { Context } from '../context.ts'
import { id, parseInput } from '../input.ts'
import { foldedKey } from '../search/fold.ts'
import { changeGroup, requireGroupAdmin } from './change-group.ts'
import type { ConversationRow } from './conversation-row.ts'
import { descriptionText, groupAccess, titleText } from './create-group.ts'
import { requireConversation } from './require-conversation.ts'

const schema = z.object({
  groupId: id('Conversation'),
  title: titleText.nullish(),
  description: descriptionText.nullish(),
  access: groupAccess.nullish(),
})

/** Changes a group's title, description or access; for its admins. What is left out stays, a null description goes. */
export async function updateGroup(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { groupId, title, description, access } = parseInput(schema, input)
  const keys = await context.keys()
  const { companyId } = context.viewer
  await changeGroup(context, { groupId }, async (transaction, group) => {
    requireGroupAdmin(group)
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
  })
  return { conversation: await requireConversation(context, groupId) }
}
