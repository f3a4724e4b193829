import type { Viewer } from '../../auth/viewer.ts'
import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { INBOX } from '../../events/cursor.ts'
import type { Subscriber } from '../../events/subscriber.ts'
import { liveOverflows } from '../../metrics/metrics.ts'
import { expiries } from '../../subscriptions/expiries.ts'
import { requireReader } from '../../subscriptions/require-reader.ts'
import { LatestQueue } from '../latest-queue.ts'
import type { Watcher } from '../watch-delivery.ts'

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
  const { services, viewer } = context
  const { companyId, userId } = viewer
  const leaving: (() => void)[] = []
  const queue = new LatestQueue({
    maxPeople: MAX_NAMED,
    onOverflow: () => liveOverflows.inc(),
    onEnd: leaveAll,
  })
  function leaveAll(): void {
    for (const leave of leaving.splice(0)) leave()
  }
  leaving.push(endWithToken(viewer, queue))
  try {
    const joined = await services.live.join(companyId, withoutEvents(userId, queue), undefined)
    leaving.push(() => joined.leave())
    const watcher = watcherOf(userId, userIds && new Set(userIds), queue)
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

/** Ends the queue when the viewer's access token expires. The returned function cancels this. */
function endWithToken(viewer: Viewer, queue: LatestQueue): () => void {
  const expiry = { due: () => queue.end() }
  const expiresAt = viewer.expiresAt.getTime()
  expiries.add(expiresAt, expiry)
  return () => expiries.delete(expiresAt, expiry)
}

/**
 * A subscriber that takes no events. Joining makes this process read the company's events, so that a change of access
 * rechecks the watchers.
 */
function withoutEvents(userId: string, queue: LatestQueue): Subscriber {
  return {
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
    interrupt: () => queue.end(),
  }
}

function watcherOf(userId: string, named: ReadonlySet<string> | undefined, queue: LatestQueue): Watcher {
  return { userId, named, offer: (state) => queue.offer(state), end: () => queue.end() }
}
