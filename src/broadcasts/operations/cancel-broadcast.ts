import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { requireBroadcast } from '../queries/require-broadcast.ts'

const schema = z.object({ broadcastId: id('Broadcast') })

const cancel = statement({
  name: 'cancel_broadcast',
  parameters: ['companyId', 'viewerId', 'broadcastId'],
  text: 'select app.cancel_broadcast(:companyId, :viewerId, :broadcastId)',
})

/**
 * Cancels the viewer's own scheduled broadcast. Throws PermissionDeniedError, InvalidInputError, NotFoundError, and
 * ConflictError if it has been sent or cancelled.
 */
export async function cancelBroadcast(
  context: Context,
  input: unknown,
): Promise<{ broadcast: BroadcastRow }> {
  requirePermission(context, 'CONVERSATION_BROADCAST')
  const { broadcastId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  await context.tenant.call(cancel, { companyId, viewerId: userId, broadcastId })
  return { broadcast: await requireBroadcast(context, broadcastId) }
}
