import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'

const schema = z.object({ conversationId: id('Conversation') })

const hide: Statement = {
  name: 'hide_conversation',
  text: `select app.hide_conversation($1, $2, $3)::text as position`,
}

/** Hides a conversation and its present messages from the viewer only, until the next message. Throws NotFoundError. */
export async function hideConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const values = [viewer.companyId, viewer.userId, conversationId]
  const [hidden] = await tenant.call<{ position: string | null }>(hide, values)
  if (hidden?.position) services.live.notify(viewer.companyId, Number(hidden.position))
  return { conversation: await requireConversation(context, conversationId) }
}
