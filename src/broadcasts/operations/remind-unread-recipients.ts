import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { requireBroadcast } from '../queries/require-broadcast.ts'

const schema = z.object({ broadcastId: id('Broadcast') })

const remind = statement({
  name: 'remind_recipients',
  parameters: ['companyId', 'viewerId', 'broadcastId'],
  row: rowsOf<{ unreadCount: number; position: string | null }>(),
  text: `select unread_count as "unreadCount", position::text as position
    from app.remind_recipients(:companyId, :viewerId, :broadcastId)`,
})

/**
 * Notifies the recipients who have not read the viewer's own broadcast again. Throws PermissionDeniedError,
 * NotFoundError, and ConflictError if it has not been sent.
 */
export async function remindUnreadRecipients(
  context: Context,
  input: unknown,
): Promise<{ broadcast: BroadcastRow; remindedCount: number }> {
  requirePermission(context, 'CONVERSATION_BROADCAST')
  const { broadcastId } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const values = { companyId: viewer.companyId, viewerId: viewer.userId, broadcastId }
  const [reminded] = await tenant.call(remind, values)
  if (reminded?.position) services.live.notify(viewer.companyId, Number(reminded.position))
  return {
    broadcast: await requireBroadcast(context, broadcastId),
    remindedCount: reminded?.unreadCount ?? 0,
  }
}
