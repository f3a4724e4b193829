import type { Context } from '../context.ts'
import { Refusal } from '../errors.ts'
import { requireReader } from '../live/require-reader.ts'
import { at } from '../live/streams.ts'
import { liveOverflows } from '../metrics/metrics.ts'
import { createLatestQueue, type LatestQueue } from './latest-queue.ts'

const MOST_NAMED = 1_000

/**
 * Subscribes the viewer to changes of these people, at most 1,000, or of those the viewer shares a conversation with at
 * the time. Throws BAD_USER_INPUT on more, FORBIDDEN without an active membership that may see presence. It ends for
 * whoever may not see it any more.
 */
export async function presenceStream(
  context: Context,
  userIds: readonly string[] | undefined,
): Promise<LatestQueue> {
  if (userIds && userIds.length > MOST_NAMED) {
    throw new Refusal('BAD_USER_INPUT', `At most ${MOST_NAMED} ids are taken at once.`)
  }
  const { viewer, parts } = context
  const { companyId, userId } = viewer
  const leaving: (() => void)[] = []
  const queue = createLatestQueue({
    mostPeople: MOST_NAMED,
    onOverflow: () => liveOverflows.inc(),
    onEnd: leaveAll,
  })
  function leaveAll(): void {
    for (const leave of leaving.splice(0)) leave()
  }
  leaving.push(at(viewer.expiresAt, queue.end))

  const named = userIds && new Set(userIds)
  const watcher = { userId, named, offer: queue.offer, end: queue.end }
  // It wants none of the company's events, but that they be read here: a change of access has its watchers looked over.
  const subscriber = {
    userId,
    offer: () => {},
    reach: () => {},
    taken: 0,
    hasPlenty: false,
    drained: () => Promise.resolve(),
    get hasEnded() {
      return queue.hasEnded
    },
    interrupt: queue.end,
  }
  try {
    const joined = await parts.live.join(companyId, subscriber, undefined)
    leaving.push(joined.leave)
    leaving.push(await parts.presence.watch(companyId, watcher))
    await requireReader(context, 'PRESENCE_READ')
    if (queue.hasEnded) leaveAll()
    return queue
  } catch (error) {
    queue.end()
    leaveAll()
    throw error
  }
}
