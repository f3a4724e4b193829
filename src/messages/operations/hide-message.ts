import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import { requireConversation } from '../../conversations/queries/require-conversation.ts'
import type { Statement } from '../../database/database.ts'
import { id, parseInput } from '../../input.ts'

const schema = z.object({ messageId: id('Message') })

const hide: Statement = {
  name: 'hide_message',
  text: `select conversation_id as "conversationId", position::text as position from app.hide_message($1, $2, $3)`,
}

/** Hides a message from the viewer only. Throws NotFoundError. */
export async function hideMessage(
  context: Context,
  input: unknown,
): Promise<{ messageId: string; conversation: ConversationRow }> {
  const { messageId } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const values = [viewer.companyId, viewer.userId, messageId]
  const [hidden] = await tenant.call<{ conversationId: string; position: string }>(hide, values)
  if (!hidden) throw new Error('hide_message returned no row')
  services.live.notify(viewer.companyId, Number(hidden.position))
  return { messageId, conversation: await requireConversation(context, hidden.conversationId) }
}
