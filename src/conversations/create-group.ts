import { z } from 'zod'
import { type Context, requirePermission } from '../context.ts'
import { newId } from '../ids.ts'
import { ids, parseInput, shortText, text, visible } from '../input.ts'
import { fold } from '../search/fold.ts'
import { appendGroupEvent, requireColleagues } from './change-group.ts'
import type { ConversationRow } from './conversation-row.ts'
import { addMembers } from './group-members.ts'
import { requireConversation } from './require-conversation.ts'

/** A group's title: up to 255 characters, with something to see in it. */
export const titleText = visible(shortText(255), 'The title').refine(
  (value) => Buffer.byteLength(value) <= 4096,
  {
    error: 'The title is longer than 4 KiB of UTF-8.',
  },
)

/** A group's description: up to 4 KiB of UTF-8. */
export const descriptionText = text().refine((value) => Buffer.byteLength(value) <= 4096, {
  error: 'The description is longer than 4 KiB of UTF-8.',
})

/** Who may find and join. */
export const groupAccess = z.enum(['OPEN', 'CLOSED', 'PRIVATE'])

const schema = z.object({
  title: titleText,
  description: descriptionText.nullish(),
  memberIds: ids('User').nullish(),
  access: groupAccess.nullish(),
})

/** Creates a group, of which the viewer becomes admin. Throws NotFoundError if one of the members is none. */
export async function createGroup(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'CONVERSATION_GROUP')
  const { title, description, memberIds, access } = parseInput(schema, input)
  const { viewer, tenant, parts } = context
  const { companyId, userId } = viewer
  const group = { id: newId(), lastSeq: 0 }
  const others = (memberIds ?? []).filter((memberId) => memberId !== userId)
  const keys = await context.keys()

  const position = await tenant.transaction(async (transaction) => {
    await requireColleagues(transaction, companyId, others)
    await transaction.conversation.create({
      data: {
        companyId,
        id: group.id,
        kind: 'GROUP',
        title,
        titleFolded: fold(title),
        description: description
          ? new Uint8Array(keys.encrypt(description, { field: 'description', conversationId: group.id }))
          : null,
        access: access ?? viewer.company.defaultGroupAccess,
        createdById: userId,
      },
    })
    await transaction.participant.create({
      data: { companyId, conversationId: group.id, userId, role: 'ADMIN' },
    })
    await addMembers(transaction, companyId, group, others)
    const joined = [userId, ...others]
    return appendGroupEvent(transaction, group.id, userId, { kind: 'PARTICIPANTS_CHANGED', joined })
  })
  parts.live.wake(companyId, position)
  return { conversation: await requireConversation(context, group.id) }
}
