import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { requireBroadcast } from '../queries/require-broadcast.ts'
import { readSchedule, scheduleInput } from '../schedule.ts'

const schema = z.object({ broadcastId: id('Broadcast'), schedule: scheduleInput })

const reschedule = statement({
  name: 'reschedule_broadcast',
  parameters: ['companyId', 'viewerId', 'broadcastId', 'localTime', 'timeZone', 'at'],
  text: 'select app.reschedule_broadcast(:companyId, :viewerId, :broadcastId, :localTime, :timeZone, :at)',
})

/**
 * Changes the time of the viewer's own scheduled broadcast. Throws PermissionDeniedError, InvalidInputError,
 * NotFoundError, and ConflictError if it has been sent or cancelled.
 */
export async function rescheduleBroadcast(
  context: Context,
  input: unknown,
): Promise<{ broadcast: BroadcastRow }> {
  requirePermission(context, 'CONVERSATION_BROADCAST')
  const { broadcastId, schedule } = parseInput(schema, input)
  const { localTime, timeZone, at } = readSchedule(schedule, ['schedule'])
  const { companyId, userId } = context.viewer
  await context.tenant.call(reschedule, { companyId, viewerId: userId, broadcastId, localTime, timeZone, at })
  return { broadcast: await requireBroadcast(context, broadcastId) }
}
