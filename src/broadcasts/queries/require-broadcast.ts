import type { Context } from '../../context.ts'
import { NotFoundError } from '../../errors.ts'
import type { BroadcastRow } from '../broadcast-row.ts'

/** Returns the broadcast as the viewer sees it. Throws NotFoundError if it is unknown, hidden or of another company. */
export async function requireBroadcast(context: Context, broadcastId: string): Promise<BroadcastRow> {
  const broadcast = await context.loaders.broadcast.clear(broadcastId).load(broadcastId)
  if (!broadcast) throw new NotFoundError('There is no such broadcast.')
  return broadcast
}
