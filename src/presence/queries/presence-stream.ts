import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { INBOX } from '../../events/cursor.ts'
import { liveOverflows } from '../../metrics/metrics.ts'
import { expiries } from '../../subscriptions/expiries.ts'
import { requireReader } from '../../subscriptions/require-reader.ts'
import { createLatestQueue, type LatestQueue } from '../latest-queue.ts'

const MAX_NAMED = 1_000

/**
 * Subscribes the viewer to presence changes of at most 1,000 people, or of all who share a conversation with the viewer
 * at the time. It ends when the viewer may no longer see presence. Throws BAD_USER_INPUT for more ids, and FORBIDDEN
 * without an active membership or the permission.
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
  const expiry = { due: queue.end }
  const expiresAt = viewer.expiresAt.getTime()
  expiries.add(expiresAt, expiry)
  leaving.push(() => expiries.delete(expiresAt, expiry))

  const named = userIds && new Set(userIds)
  const watcher = { userId, named, offer: queue.offer, end: queue.end }
  // This subscriber takes no events. Joining makes this process read the company's events, so that a change of access
  // rechecks the watchers.
  const subscriber = {
    userId,
    stream: INBOX,
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
    leaving.push(() => joined.leave())
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
