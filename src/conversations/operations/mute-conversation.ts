import { z } from 'zod'
import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'

const schema = z.object({
  conversationId: id('Conversation'),
  until: z
    .date()
    .refine((until) => until.getTime() > Date.now(), { error: 'The end of a mute lies in the future.' })
    .nullish(),
})
const unmuteSchema = schema.omit({ until: true })

const setMute = statement({
  name: 'set_mute',
  parameters: ['companyId', 'viewerId', 'conversationId', 'isMuted', 'until'],
  row: rowsOf<{ position: string }>(),
  text: `select app.set_mute(:companyId, :viewerId, :conversationId, :isMuted, :until)::text as position`,
})

/** Mutes a conversation for the viewer, until a given time or without an end. */
export async function muteConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId, until } = parseInput(schema, input)
  return applyMute(context, conversationId, true, until ?? null)
}

/** Unmutes a conversation. */
export async function unmuteConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId } = parseInput(unmuteSchema, input)
  return applyMute(context, conversationId, false, null)
}

async function applyMute(context: Context, conversationId: string, isMuted: boolean, until: Date | null) {
  const { viewer, tenant, services } = context
  const values = { companyId: viewer.companyId, viewerId: viewer.userId, conversationId, isMuted, until }
  const [muted] = await tenant.call(setMute, values)
  services.live.notify(viewer.companyId, Number(muted?.position))
  return { conversation: await requireConversation(context, conversationId) }
}
