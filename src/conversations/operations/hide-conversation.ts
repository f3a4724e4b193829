import { z } from 'zod'
import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'

const schema = z.object({ conversationId: id('Conversation') })

const hide = statement({
  name: 'hide_conversation',
  parameters: ['companyId', 'viewerId', 'conversationId'],
  row: rowsOf<{ position: string | null }>(),
  text: `select app.hide_conversation(:companyId, :viewerId, :conversationId)::text as position`,
})

/** Hides a conversation and its present messages from the viewer only, until the next message. Throws NotFoundError. */
export async function hideConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const values = { companyId: viewer.companyId, viewerId: viewer.userId, conversationId }
  const [hidden] = await tenant.call(hide, values)
  if (hidden?.position) services.live.notify(viewer.companyId, Number(hidden.position))
  return { conversation: await requireConversation(context, conversationId) }
}
