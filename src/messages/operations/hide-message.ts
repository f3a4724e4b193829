import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import { requireConversation } from '../../conversations/queries/require-conversation.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'

const schema = z.object({ messageId: id('Message') })

const hide = statement({
  name: 'hide_message',
  parameters: ['companyId', 'viewerId', 'messageId'],
  row: rowsOf<{ conversationId: string; position: string }>(),
  text: `select conversation_id as "conversationId", position::text as position
    from app.hide_message(:companyId, :viewerId, :messageId)`,
})

/** Hides a message from the viewer only. Throws NotFoundError. */
export async function hideMessage(
  context: Context,
  input: unknown,
): Promise<{ messageId: string; conversation: ConversationRow }> {
  const { messageId } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const values = { companyId: viewer.companyId, viewerId: viewer.userId, messageId }
  const [hidden] = await tenant.call(hide, values)
  if (!hidden) throw new Error('hide_message returned no row')
  services.live.notify(viewer.companyId, Number(hidden.position))
  return { messageId, conversation: await requireConversation(context, hidden.conversationId) }
}
