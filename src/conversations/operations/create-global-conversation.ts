import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { newId } from '../../ids.ts'
import { parseInput } from '../../input.ts'
import { foldedKey } from '../../text/folded-key.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { appendGroupEvent } from './change-group.ts'
import { descriptionText, titleText } from './create-group.ts'

const schema = z.object({
  title: titleText,
  description: descriptionText.nullish(),
  repliesAllowed: z.boolean().nullish(),
})

/**
 * Creates a conversation of all present and future members of the company. A person's membership is stored only when
 * the person reads, mutes or hides it. Throws PermissionDeniedError, InvalidInputError.
 */
export async function createGlobalConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'CONVERSATION_GLOBAL')
  const { title, description, repliesAllowed } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const { companyId, userId } = viewer
  const conversationId = newId()
  const keys = await context.keys()
  const sealed = description
    ? new Uint8Array(keys.encrypt(description, { field: 'description', conversationId }))
    : null

  const position = await tenant.transaction(async (transaction) => {
    await transaction.$executeRaw`
      insert into conversations
        (company_id, id, kind, audience, title, title_folded, description, replies_allowed, created_by_id)
      values (${companyId}::uuid, ${conversationId}::uuid, 'GLOBAL', 'COMPANY', ${title}, ${foldedKey(title)}, ${sealed},
        ${repliesAllowed ?? false}, ${userId}::uuid)`
    await transaction.$executeRaw`
      insert into participants (company_id, conversation_id, user_id, role)
      values (${companyId}::uuid, ${conversationId}::uuid, ${userId}::uuid, 'ADMIN')`
    return appendGroupEvent(transaction, conversationId, userId, { kind: 'CONVERSATION_CHANGED' })
  })
  services.live.notify(companyId, position)
  return { conversation: await requireConversation(context, conversationId) }
}
