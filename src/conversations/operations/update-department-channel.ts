import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { InvalidInputError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { foldedKey } from '../../text/folded-key.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { appendGroupEvent, changeGroup, type GroupEvent, type LockedGroup } from './change-group.ts'
import { departmentNames, follow, lockForManager, recordChannel } from './channel-departments.ts'
import { descriptionText, titleText } from './create-group.ts'

const schema = z.object({
  conversationId: id('Conversation'),
  title: titleText.nullish(),
  description: descriptionText.nullish(),
  departments: departmentNames.nullish(),
})

/**
 * Changes a department channel, and with other departments its members. Requires MEMBER_MANAGE; nobody needs to be in the
 * channel. Fields that are left out stay; a null description removes it. Throws PermissionDeniedError, InvalidInputError, and
 * NotFoundError for a conversation that the viewer cannot see.
 */
export async function updateDepartmentChannel(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'MEMBER_MANAGE')
  const { conversationId, ...changes } = parseInput(schema, input)
  const { departments } = changes
  const texts = await readTexts(context, conversationId, changes)
  const change = async (transaction: Transaction, group: LockedGroup): Promise<GroupEvent | null> => {
    if (!group.isDepartmentChannel) {
      const detail = 'This conversation is not a department channel.'
      throw new InvalidInputError([{ path: ['conversationId'], detail }])
    }
    const { companyId, userId } = context.viewer
    if (texts)
      await transaction.conversation.update({
        where: { companyId_id: { companyId, id: conversationId } },
        data: texts,
      })
    const moves = departments && (await follow(transaction, companyId, conversationId, departments))
    if (departments)
      await recordChannel(transaction, 'channel.departments_changed', conversationId, departments.length)
    const hasMoved = moves != null && moves.joined.length + moves.left.length > 0
    const changed: GroupEvent | null = texts || departments ? { kind: 'CONVERSATION_CHANGED' } : null
    if (!hasMoved) return changed
    if (changed) await appendGroupEvent(transaction, conversationId, userId, changed)
    return { kind: 'PARTICIPANTS_CHANGED', ...moves }
  }
  await changeGroup(context, { conversationId }, change, ['GROUP'], (transaction) =>
    lockForManager(transaction, context),
  )
  return { conversation: await requireConversation(context, conversationId) }
}

/** The columns of the texts that are changed. Null if none is. */
async function readTexts(
  context: Context,
  conversationId: string,
  { title, description }: Pick<z.output<typeof schema>, 'title' | 'description'>,
) {
  if (title == null && description === undefined) return null
  const keys = await context.keys()
  const sealed = description
    ? new Uint8Array(keys.encrypt(description, { field: 'description', conversationId }))
    : null
  return {
    ...(title != null && { title, titleFolded: foldedKey(title) }),
    ...(description !== undefined && { description: sealed }),
  }
}
