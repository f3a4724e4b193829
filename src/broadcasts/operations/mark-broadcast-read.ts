import { z } from 'zod'
import type { Context } from '../../context.ts'
import { id, parseInput } from '../../input.ts'
import { readTo } from '../../messages/operations/mark-read.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { requireBroadcast } from '../queries/require-broadcast.ts'

const schema = z.object({ broadcastId: id('Broadcast') })

/**
 * Marks the broadcast as read, which is message 1 of its conversation. Unread replies stay unread. Throws
 * NotFoundError.
 */
export async function markBroadcastRead(
  context: Context,
  input: unknown,
): Promise<{ broadcast: BroadcastRow }> {
  const { broadcastId } = parseInput(schema, input)
  const { status } = await requireBroadcast(context, broadcastId)
  if (status === 'SENT') await readTo(context, broadcastId, 1)
  return { broadcast: await requireBroadcast(context, broadcastId) }
}
