import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import { canonicalEmoji } from '../emoji.ts'
import type { MessageRow } from '../message-row.ts'
import { requireMessage } from '../queries/require-message.ts'

const schema = z.object({
  messageId: id('Message'),
  emoji: z.string().transform((text, context) => {
    const emoji = canonicalEmoji(text)
    if (emoji) return emoji
    context.addIssue({ code: 'custom', message: 'This is not one emoji.' })
    return z.NEVER
  }),
  on: z.boolean(),
})

const set = statement({
  name: 'set_reaction',
  parameters: ['companyId', 'viewerId', 'messageId', 'emoji', 'on'],
  row: rowsOf<{ position: string | null }>(),
  text: `select app.set_reaction(:companyId, :viewerId, :messageId, :emoji, :on)::text as position`,
})

/**
 * Sets or removes the viewer's reaction with one emoji. Throws NotFoundError, InvalidInputError for anything but one
 * emoji and for the twenty-first different emoji of a message, and ConflictError if the message is retracted.
 */
export async function setReaction(context: Context, input: unknown): Promise<{ message: MessageRow }> {
  requirePermission(context, 'MESSAGE_WRITE')
  const { messageId, emoji, on } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const values = { companyId: viewer.companyId, viewerId: viewer.userId, messageId, emoji, on }
  const [changed] = await tenant.call(set, values)
  if (changed?.position) services.live.notify(viewer.companyId, Number(changed.position))
  return { message: await requireMessage(context, messageId) }
}
