import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { id, parseInput } from '../../input.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { requireBroadcast } from '../queries/require-broadcast.ts'
import { readSchedule, scheduleInput } from '../schedule.ts'

const schema = z.object({ broadcastId: id('Broadcast'), schedule: scheduleInput })

const reschedule: Statement = {
  name: 'reschedule_broadcast',
  text: 'select app.reschedule_broadcast($1, $2, $3, $4, $5, $6)',
}

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
  await context.tenant.call(reschedule, [companyId, userId, broadcastId, localTime, timeZone, at])
  return { broadcast: await requireBroadcast(context, broadcastId) }
}
