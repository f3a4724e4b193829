import type { Logger } from 'pino'
import { createSemaphore } from '../concurrency/semaphore.ts'
import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { RequestError } from '../errors.ts'
import { liveCompanies, liveSubscriptions } from '../metrics/metrics.ts'
import type { Notifications, Unsubscribe } from '../pubsub/notifications.ts'
import { type CompanyFeed, createCompanyFeed } from './company-feed.ts'
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
  /** Interrupts all subscriptions and accepts no more. Their clients resume at another process. */
  interrupt(): void
  close(): Promise<void>
}

/** A subscription that has joined a feed. */
export interface Joined {
  /** Delivery starts after this position. */
  start: number
  leave(): void
}

interface HeldFeed {
  feed: CompanyFeed
  held: Promise<Unsubscribe>
  /** The subscribers that need the feed, from before joining to after leaving. */
  members: Set<Subscriber>
}

/** Maximum time for which a lost notification goes unnoticed. */
const POLL_MS = 1_000
const RETRY_MS = 1_000
/**
 * Maximum number of subscriptions that read missed events concurrently. After a restart all clients come back at once;
 * waiting for a permit has no time limit, but waiting for a database connection has one.
 */
const MAX_READS = 4
/** Maximum number per company. Live events do not wait for them. */
const MAX_READS_PER_COMPANY = 2

const streamPositions = statement({
  name: 'stream_positions',
  parameters: ['companyIds'],
  row: rowsOf<{ companyId: string; position: string }>(),
  text: `select company_id as "companyId", position::text as position from company_streams where company_id = any(:companyIds)`,
})

/** Creates the hub with the database and the notification channel. */
export function createLiveHub(database: Database, notifications: Notifications, log: Logger): LiveHub {
  const feeds = new Map<string, HeldFeed>()
  const accessListeners: ((companyId: string) => void)[] = []
  const reads = createSemaphore(MAX_READS, MAX_READS_PER_COMPANY)
  let checking = false
  let interrupted = false
  const poll = setInterval(() => void checkPositions(), POLL_MS)
  poll.unref()
  notifications.onGap(() => void checkPositions())

  async function checkPositions(): Promise<void> {
    if (checking || feeds.size === 0) return
    checking = true
    try {
      const companyIds = [...feeds.keys()]
      const rows = await database.acrossCompanies(streamPositions, { companyIds })
      for (const row of rows) feeds.get(row.companyId)?.feed.notify(Number(row.position))
    } catch (error) {
      log.warn({ err: error }, 'stream positions could not be read')
    } finally {
      checking = false
    }
  }

  function enter(companyId: string, subscriber: Subscriber): HeldFeed {
    if (interrupted)
      throw new RequestError('UNAVAILABLE', 'This server is stopping: subscribe again.', RETRY_MS)
    const feed = feeds.get(companyId) ?? openFeed(companyId)
    feed.members.add(subscriber)
    liveSubscriptions.inc()
    return feed
  }

  function openFeed(companyId: string): HeldFeed {
    const feed = createCompanyFeed({
      system: database.forSystem(companyId),
      acquireRead: () => reads.take(companyId),
      log,
      onAccessChanged() {
        for (const listener of accessListeners) listener(companyId)
      },
    })
    const held = notifications.subscribe(channelOf(companyId), (payload) => feed.notify(Number(payload)))
    const opened = { feed, held, members: new Set<Subscriber>() }
    feeds.set(companyId, opened)
    liveCompanies.inc()
    return opened
  }

  function leave(companyId: string, { feed, held, members }: HeldFeed, subscriber: Subscriber): void {
    if (!members.delete(subscriber)) return
    liveSubscriptions.dec()
    feed.leave(subscriber)
    if (members.size > 0) return
    feeds.delete(companyId)
    liveCompanies.dec()
    feed.close()
    void held.then((unsubscribe) => unsubscribe())
  }

  async function join(companyId: string, subscriber: Subscriber, after: number | undefined): Promise<Joined> {
    const entered = enter(companyId, subscriber)
    try {
      await entered.held
      const start = await entered.feed.startFrom(after)
      // Catching up takes as long as the client reads. Nothing after `start` is missed meanwhile.
      entered.feed.join(subscriber, start, after === undefined).catch((error) => giveUp(subscriber, error))
      return { start, leave: () => leave(companyId, entered, subscriber) }
    } catch (error) {
      leave(companyId, entered, subscriber)
      throw error
    }
  }

  function giveUp(subscriber: Subscriber, error: unknown): void {
    log.warn({ err: error }, 'a subscription could not catch up')
    subscriber.interrupt()
  }

  function interrupt(): void {
    interrupted = true
    for (const { members } of [...feeds.values()]) {
      for (const subscriber of [...members]) subscriber.interrupt()
    }
  }

  return {
    notify(companyId, position) {
      feeds.get(companyId)?.feed.notify(position)
      void notifications.publish(channelOf(companyId), String(position))
    },
    join,
    onAccessChanged: (listener) => void accessListeners.push(listener),
    interrupt,
    async close() {
      clearInterval(poll)
      interrupt()
      await notifications.close()
    },
  }
}

function channelOf(companyId: string): string {
  return `company:${companyId}`
}
