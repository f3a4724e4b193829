import { z } from 'zod'
import type { Context } from '../context.ts'
import type { Statement } from '../database/database.ts'
import { NotFoundError } from '../errors.ts'
import { id, parseInput } from '../input.ts'
import { begunSql, type ConversationRow } from './conversation-row.ts'
import { requireConversation } from './require-conversation.ts'

const schema = z.object({
  conversationId: id('Conversation'),
  until: z
    .date()
    .refine((until) => until.getTime() > Date.now(), { error: 'The end of a mute lies in the future.' })
    .nullish(),
})
const unmuteSchema = schema.omit({ until: true })

const setMute: Statement = {
  name: 'set_mute',
  text: `with muted as (
      update participants p set is_muted = $4, muted_until = $5 from conversations c
      where p.company_id = $1 and p.user_id = $2 and p.conversation_id = $3 and p.left_at is null
        and c.company_id = p.company_id and c.id = p.conversation_id and ${begunSql} returning 1
    )
    select app.append_event('MUTE_CHANGED', $3, null, null, $2, $2)::text as position from muted`,
}

/** Mutes a conversation for the viewer, until a time or for good. */
export async function muteConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId, until } = parseInput(schema, input)
  return applyMute(context, conversationId, true, until ?? null)
}

/** Ends a mute. */
export async function unmuteConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId } = parseInput(unmuteSchema, input)
  return applyMute(context, conversationId, false, null)
}

async function applyMute(context: Context, conversationId: string, isMuted: boolean, until: Date | null) {
  const { viewer, tenant, parts } = context
  const values = [viewer.companyId, viewer.userId, conversationId, isMuted, until]
  const [muted] = await tenant.query<{ position: string }>(setMute, values)
  if (!muted) throw new NotFoundError('There is no such conversation.')
  parts.live.wake(viewer.companyId, Number(muted.position))
  return { conversation: await requireConversation(context, conversationId) }
}
