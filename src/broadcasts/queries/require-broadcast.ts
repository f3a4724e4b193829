import type { Context } from '../../context.ts'
import { NotFoundError } from '../../errors.ts'
import type { BroadcastRow } from '../broadcast-row.ts'

/** The broadcast as the viewer sees it now; throws NotFoundError if it is unknown, hidden or foreign. */
export async function requireBroadcast(context: Context, broadcastId: string): Promise<BroadcastRow> {
  const broadcast = await context.loaders.broadcast.clear(broadcastId).load(broadcastId)
  if (!broadcast) throw new NotFoundError('There is no such broadcast.')
  return broadcast
}
