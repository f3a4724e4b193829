import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { id, parseInput } from '../../input.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { requireBroadcast } from '../queries/require-broadcast.ts'

const schema = z.object({ broadcastId: id('Broadcast') })

const remind: Statement = {
  name: 'remind_recipients',
  text: `select unread_count as "unreadCount", position::text as position from app.remind_recipients($1, $2, $3)`,
}

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
  const values = [viewer.companyId, viewer.userId, broadcastId]
  const [reminded] = await tenant.call<{ unreadCount: number; position: string | null }>(remind, values)
  if (reminded?.position) services.live.notify(viewer.companyId, Number(reminded.position))
  return {
    broadcast: await requireBroadcast(context, broadcastId),
    remindedCount: reminded?.unreadCount ?? 0,
  }
}
