import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { liveOverflows } from '../../metrics/metrics.ts'
import { requireReader } from '../../subscriptions/require-reader.ts'
import { at } from '../../subscriptions/streams.ts'
import { createLatestQueue, type LatestQueue } from '../latest-queue.ts'

const MAX_NAMED = 1_000

/**
 * Subscribes the viewer to changes of these people, at most 1,000, or of those the viewer shares a conversation with at
 * the time. Throws BAD_USER_INPUT on more, FORBIDDEN without an active membership that may see presence. It ends for
 * whoever may not see it any more.
 */
export async function presenceStream(
  context: Context,
  userIds: readonly string[] | undefined,
): Promise<LatestQueue> {
  if (userIds && userIds.length > MAX_NAMED) {
    throw new RequestError('BAD_USER_INPUT', `At most ${MAX_NAMED} ids are taken at once.`)
  }
  const { viewer, services } = context
  const { companyId, userId } = viewer
  const leaving: (() => void)[] = []
  const queue = createLatestQueue({
    maxPeople: MAX_NAMED,
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
    const joined = await services.live.join(companyId, subscriber, undefined)
    leaving.push(joined.leave)
    leaving.push(await services.presence.watch(companyId, watcher))
    await requireReader(context, 'PRESENCE_READ')
    if (queue.hasEnded) leaveAll()
    return queue
  } catch (error) {
    queue.end()
    leaveAll()
    throw error
  }
}
