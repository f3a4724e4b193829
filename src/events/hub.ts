import type { Logger } from 'pino'
import { createSemaphore } from '../concurrency/semaphore.ts'
import { type Hold, Shared } from '../concurrency/shared.ts'
import type { Database } from '../database/database.ts'
import { RequestError } from '../errors.ts'
import { liveCompanies, liveSubscriptions } from '../metrics/metrics.ts'
import type { Policy } from '../policy/policy.ts'
import type { Notifications, Unsubscribe } from '../pubsub/notifications.ts'
import { positionIn, type Traces } from '../traces/traces.ts'
import { CompanyFeed } from './company-feed.ts'
import { policeEvents } from './police-events.ts'
import { startPositionPoll } from './position-poll.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * Delivers events to the subscriptions of this process. Notifications carry positions only; the events are read from
 * the database.
 */
export interface LiveHub {
  /** Notifies all processes that the company has reached `position`. Call it after the commit. */
  notify(companyId: string, position: number): void
  /**
   * Delivers everything after `after`, or after now, until the subscriber leaves: missed events as fast as they are
   * consumed, then live ones. Throws CURSOR_EXPIRED if events after `after` have been deleted.
   */
  join(companyId: string, subscriber: Subscriber, after: number | undefined): Promise<Joined>
  /**
   * Calls the listener when access changes in a company with subscriptions here, before the streams of people who lost
   * access end.
   */
  onAccessChanged(listener: (companyId: string) => void): void
  /** Looks for new events now, without a notification. */
  check(): void
  /** Interrupts all subscriptions and accepts no more. Their clients resume at another process. */
  interrupt(): void
  close(): Promise<void>
}

/** A subscription that has joined a feed. */
export interface Joined {
  /** Delivery starts after this position. */
  readonly start: number
  /** Everything that concerns it up to this position has been offered; 0 while it catches up. */
  readonly reached: number
  leave(): void
}

interface OpenFeed {
  feed: CompanyFeed
  heard: Promise<Unsubscribe>
  /** The subscribers that need the feed, from before joining to after leaving. */
  members: Set<Subscriber>
}

const RETRY_MS = 1_000
/**
 * Maximum number of subscriptions that read missed events concurrently. After a restart all clients come back at once;
 * waiting for a permit has no time limit, but waiting for a database connection has one.
 */
const MAX_READS = 4
/** Maximum number per company. Live events do not wait for them. */
const MAX_READS_PER_COMPANY = 2

/** The dependencies of the hub; the operator's policy and traces if there are any. */
export interface LiveHubOptions {
  database: Database
  notifications: Notifications
  log: Logger
  policy?: Policy | undefined
  traces?: Traces | undefined
}

/** Creates the hub. */
export function createLiveHub({ database, notifications, log, policy, traces }: LiveHubOptions): LiveHub {
  const feeds = new Shared<string, OpenFeed>(closeFeed)
  const accessListeners: ((companyId: string) => void)[] = []
  const reads = createSemaphore({ total: MAX_READS, perCompany: MAX_READS_PER_COMPANY })
  let interrupted = false
  const poll = startPositionPoll({
    database,
    log,
    companyIds: () => feeds.keys(),
    onPosition: (companyId, position) => feeds.get(companyId)?.feed.notify(position),
  })
  notifications.onGap(poll.check)

  function openFeed(companyId: string): OpenFeed {
    const system = database.forSystem(companyId)
    const feed = new CompanyFeed({
      system,
      police: policy && ((events) => policeEvents(policy, system, events)),
      acquireRead: () => reads.take({ companyId }),
      log,
      traces,
      onAccessChanged() {
        for (const listener of accessListeners) listener(companyId)
      },
    })
    // A process that exports traces adds them to the position.
    const heard = notifications.subscribe(channelOf(companyId), (payload) =>
      feed.notify(traces ? traces.heard(companyId, payload) : positionIn(payload)),
    )
    liveCompanies.inc()
    return { feed, heard, members: new Set() }
  }

  async function join(companyId: string, subscriber: Subscriber, after: number | undefined): Promise<Joined> {
    if (interrupted)
      throw new RequestError('UNAVAILABLE', 'This server is stopping: subscribe again.', RETRY_MS)
    const membership = new Membership(
      feeds.hold(companyId, () => openFeed(companyId)),
      subscriber,
    )
    const { feed, heard } = membership.open
    try {
      await heard
      membership.start = await feed.startFrom(after)
      // Catching up takes as long as the client reads. Nothing after `start` is missed meanwhile.
      feed.join(subscriber, membership.start, after === undefined).catch((error) => giveUp(subscriber, error))
      return membership
    } catch (error) {
      membership.leave()
      throw error
    }
  }

  function giveUp(subscriber: Subscriber, error: unknown): void {
    log.warn({ err: error }, 'a subscription could not catch up')
    subscriber.interrupt()
  }

  function interrupt(): void {
    interrupted = true
    for (const { members } of feeds.values()) {
      for (const subscriber of [...members]) subscriber.interrupt()
    }
  }

  return {
    notify(companyId, position) {
      const payload = traces?.notification(companyId, position) ?? String(position)
      const feed = feeds.get(companyId)?.feed
      // The feed goes on reading for others.
      if (traces) traces.detached(() => feed?.notify(position))
      else feed?.notify(position)
      void notifications.publish(channelOf(companyId), payload)
    },
    join,
    onAccessChanged: (listener) => void accessListeners.push(listener),
    check: poll.check,
    interrupt,
    async close() {
      poll.stop()
      interrupt()
      await notifications.close()
    },
  }
}

/** One subscriber's part in the feed of its company. */
class Membership implements Joined {
  start = 0
  readonly #hold: Hold<OpenFeed>
  readonly #subscriber: Subscriber

  constructor(hold: Hold<OpenFeed>, subscriber: Subscriber) {
    this.#hold = hold
    this.#subscriber = subscriber
    hold.value.members.add(subscriber)
    liveSubscriptions.inc()
  }

  get reached(): number {
    return this.open.feed.reachedBy(this.#subscriber)
  }

  get open(): OpenFeed {
    return this.#hold.value
  }

  leave(): void {
    const { feed, members } = this.open
    if (!members.delete(this.#subscriber)) return
    liveSubscriptions.dec()
    feed.leave(this.#subscriber)
    this.#hold.release()
  }
}

function closeFeed({ feed, heard }: OpenFeed): void {
  liveCompanies.dec()
  feed.close()
  void heard.then((unsubscribe) => unsubscribe())
}

function channelOf(companyId: string): string {
  return `company:${companyId}`
}
