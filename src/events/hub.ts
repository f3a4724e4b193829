import type { Logger } from 'pino'
import { createSemaphore } from '../concurrency/semaphore.ts'
import { Shared } from '../concurrency/shared.ts'
import type { Database } from '../database/database.ts'
import { RequestError } from '../errors.ts'
import { liveCompanies } from '../metrics/metrics.ts'
import type { Policy } from '../policy/policy.ts'
import type { Notifications } from '../pubsub/notifications.ts'
import { positionIn, type Traces } from '../traces/traces.ts'
import { CompanyFeed } from './company-feed.ts'
import { FeedMembership, type Joined, type OpenFeed } from './feed-membership.ts'
import { policeEvents } from './police-events.ts'
import { type PositionPoll, startPositionPoll } from './position-poll.ts'
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

/** The feeds of the companies that have subscriptions in this process. */
class CompanyFeeds implements LiveHub {
  readonly #options: LiveHubOptions
  readonly #feeds = new Shared<string, OpenFeed>(closeFeed)
  readonly #accessListeners: ((companyId: string) => void)[] = []
  readonly #reads = createSemaphore({ total: MAX_READS, perCompany: MAX_READS_PER_COMPANY })
  readonly #poll: PositionPoll
  #isInterrupted = false

  constructor(options: LiveHubOptions) {
    const { database, notifications, log } = options
    this.#options = options
    this.#poll = startPositionPoll({
      database,
      log,
      companyIds: () => this.#feeds.keys(),
      onPosition: (companyId, position) => this.#feeds.get(companyId)?.feed.notify(position),
    })
    notifications.onGap(this.#poll.check)
  }

  notify(companyId: string, position: number): void {
    const { notifications, traces } = this.#options
    const payload = traces?.notification(companyId, position) ?? String(position)
    const feed = this.#feeds.get(companyId)?.feed
    // The feed also reads for others, so its reads belong to no trace.
    if (traces) traces.detached(() => feed?.notify(position))
    else feed?.notify(position)
    void notifications.publish(channelOf(companyId), payload)
  }

  async join(companyId: string, subscriber: Subscriber, after: number | undefined): Promise<Joined> {
    if (this.#isInterrupted)
      throw new RequestError('UNAVAILABLE', 'This server is stopping: subscribe again.', RETRY_MS)
    const hold = this.#feeds.hold(companyId, () => this.#openFeed(companyId))
    const membership = new FeedMembership(hold, subscriber)
    const { feed, heard } = membership.open
    try {
      await heard
      membership.start = await feed.startFrom(after)
      // Catching up takes as long as the client reads. Nothing after `start` is missed meanwhile.
      feed
        .join(subscriber, membership.start, after === undefined)
        .catch((error) => this.#giveUp(subscriber, error))
      return membership
    } catch (error) {
      membership.leave()
      throw error
    }
  }

  onAccessChanged(listener: (companyId: string) => void): void {
    this.#accessListeners.push(listener)
  }

  check(): void {
    this.#poll.check()
  }

  interrupt(): void {
    this.#isInterrupted = true
    for (const { members } of this.#feeds.values()) {
      for (const subscriber of [...members]) subscriber.interrupt()
    }
  }

  async close(): Promise<void> {
    this.#poll.stop()
    this.interrupt()
    await this.#options.notifications.close()
  }

  #openFeed(companyId: string): OpenFeed {
    const { database, notifications, log, policy, traces } = this.#options
    const system = database.forSystem(companyId)
    const feed = new CompanyFeed({
      system,
      police: policy && ((events) => policeEvents(policy, system, events)),
      acquireRead: () => this.#reads.take({ companyId }),
      log,
      traces,
      onAccessChanged: () => {
        for (const listener of this.#accessListeners) listener(companyId)
      },
    })
    // A process that exports traces adds them to the position.
    const heard = notifications.subscribe(channelOf(companyId), (payload) =>
      feed.notify(traces ? traces.heard(companyId, payload) : positionIn(payload)),
    )
    liveCompanies.inc()
    return { feed, heard, members: new Set() }
  }

  #giveUp(subscriber: Subscriber, error: unknown): void {
    this.#options.log.warn({ err: error }, 'a subscription could not catch up')
    subscriber.interrupt()
  }
}

/** Creates the hub. */
export function createLiveHub(options: LiveHubOptions): LiveHub {
  return new CompanyFeeds(options)
}

function closeFeed({ feed, heard }: OpenFeed): void {
  liveCompanies.dec()
  feed.close()
  void heard.then((unsubscribe) => unsubscribe())
}

function channelOf(companyId: string): string {
  return `company:${companyId}`
}
