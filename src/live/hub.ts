import type { Logger } from 'pino'
import type { Database, Statement } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { createTurns } from '../limits/turns.ts'
import { liveCompanies, liveSubscriptions } from '../metrics/metrics.ts'
import { type CompanyFeed, createCompanyFeed, type Subscriber } from './company-feed.ts'
import type { Unsubscribe, WakeUps } from './pubsub/wake-ups.ts'

/** The process's one place of live delivery. Wake-ups carry positions only; what happened is read from the database. */
export interface LiveHub {
  /** Tells every process that the company's stream has reached `position`; call it after the commit. */
  wake(companyId: string, position: number): void
  /**
   * Delivers everything above `after`, or above now, to the subscriber until it leaves: what was missed as fast as it
   * is consumed, then live. Throws CURSOR_EXPIRED if `after` is no longer kept.
   */
  join(companyId: string, subscriber: Subscriber, after: number | undefined): Promise<Joined>
  /** Calls the listener when a company with subscriptions here has changed who may read, before the streams end that it ends. */
  onAccessChanged(listener: (companyId: string) => void): void
  /** Interrupts every subscription, whose clients then resume at another process, and takes no more. */
  interrupt(): void
  close(): Promise<void>
}

/** A subscription's place in the hub. */
export interface Joined {
  /** The position that delivery starts above. */
  start: number
  leave(): void
}

interface HeldFeed {
  feed: CompanyFeed
  held: Promise<Unsubscribe>
  /** Whoever needs the feed, from before joining to after leaving. */
  members: Set<Subscriber>
}

/** How long a lost wake-up can go unnoticed. */
const BEACON_MS = 1_000
const RETRY_MS = 1_000
/** After a restart everybody comes back at once: they wait for their turn rather than for a connection, which ends after seconds. */
const MOST_READING = 4
/** Of a company; what happens in it now does not wait for them. */
const MOST_READING_OF_COMPANY = 2

const streamPositions: Statement = {
  name: 'stream_positions',
  text: `select company_id as "companyId", position::text as position from company_streams where company_id = any($1)`,
}

/** Creates the hub over the database and the wake-up channel. */
export function createLiveHub(database: Database, wakeUps: WakeUps, log: Logger): LiveHub {
  const feeds = new Map<string, HeldFeed>()
  const accessListeners: ((companyId: string) => void)[] = []
  const turns = createTurns(MOST_READING, MOST_READING_OF_COMPANY)
  let checking = false
  let interrupted = false
  const beacon = setInterval(() => void checkPositions(), BEACON_MS)
  beacon.unref()
  wakeUps.onGap(() => void checkPositions())

  async function checkPositions(): Promise<void> {
    if (checking || feeds.size === 0) return
    checking = true
    try {
      const companyIds = [...feeds.keys()]
      const rows = await database.acrossCompanies<{ companyId: string; position: string }>(streamPositions, [
        companyIds,
      ])
      for (const row of rows) feeds.get(row.companyId)?.feed.wake(Number(row.position))
    } catch (error) {
      log.warn({ err: error }, 'stream positions could not be read')
    } finally {
      checking = false
    }
  }

  function enter(companyId: string, subscriber: Subscriber): HeldFeed {
    if (interrupted) throw new Refusal('UNAVAILABLE', 'This server is stopping: subscribe again.', RETRY_MS)
    const feed = feeds.get(companyId) ?? openFeed(companyId)
    feed.members.add(subscriber)
    liveSubscriptions.inc()
    return feed
  }

  function openFeed(companyId: string): HeldFeed {
    const feed = createCompanyFeed({
      chores: database.forChores(companyId),
      takeTurn: () => turns.take(companyId),
      log,
      onAccessChanged() {
        for (const listener of accessListeners) listener(companyId)
      },
    })
    const held = wakeUps.subscribe(channelOf(companyId), (payload) => feed.wake(Number(payload)))
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
      // Catching up takes as long as the subscriber does; from `start` on nothing is missed meanwhile.
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
    wake(companyId, position) {
      feeds.get(companyId)?.feed.wake(position)
      void wakeUps.publish(channelOf(companyId), String(position))
    },
    join,
    onAccessChanged: (listener) => void accessListeners.push(listener),
    interrupt,
    async close() {
      clearInterval(beacon)
      interrupt()
      await wakeUps.close()
    },
  }
}

function channelOf(companyId: string): string {
  return `company:${companyId}`
}
