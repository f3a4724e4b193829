import type { Logger } from 'pino'
import type { Database, Statement } from '../database/database.ts'
import { type CompanyFeed, createCompanyFeed, type Subscriber } from './company-feed.ts'
import type { Unsubscribe, WakeUps } from './pubsub/wake-ups.ts'

/** The process's one place of live delivery. Wake-ups carry positions only; what happened is read from the database. */
export interface LiveHub {
  /** Tells every process that the company's stream has reached `position`; call it after the commit. */
  wake(companyId: string, position: number): void
  /** Throws CURSOR_EXPIRED if `after` is no longer kept. The returned function ends the subscription. */
  join(companyId: string, subscriber: Subscriber, after: number | undefined): Promise<() => void>
  close(): Promise<void>
}

interface HeldFeed {
  feed: CompanyFeed
  held: Promise<Unsubscribe>
}

/** How long a lost wake-up can go unnoticed. */
const BEACON_MS = 1_000

const streamPositions: Statement = {
  name: 'stream_positions',
  text: `select company_id as "companyId", position::text as position from company_streams where company_id = any($1)`,
}

/** Creates the hub over the database and the wake-up channel. */
export function createLiveHub(database: Database, wakeUps: WakeUps, log: Logger): LiveHub {
  const feeds = new Map<string, HeldFeed>()
  const beacon = setInterval(() => void checkPositions(), BEACON_MS)
  beacon.unref()
  wakeUps.onGap(() => void checkPositions())
  let checking = false

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

  function feedOf(companyId: string): HeldFeed {
    const known = feeds.get(companyId)
    if (known) return known
    const feed = createCompanyFeed(database.forChores(companyId), log)
    const held = wakeUps.subscribe(channelOf(companyId), (payload) => feed.wake(Number(payload)))
    const made = { feed, held }
    feeds.set(companyId, made)
    return made
  }

  function release(companyId: string, { feed, held }: HeldFeed): void {
    if (!feed.isEmpty || feeds.get(companyId)?.feed !== feed) return
    feeds.delete(companyId)
    held.then((unsubscribe) => unsubscribe())
  }

  return {
    wake(companyId, position) {
      feeds.get(companyId)?.feed.wake(position)
      void wakeUps.publish(channelOf(companyId), String(position))
    },
    async join(companyId, subscriber, after) {
      const made = feedOf(companyId)
      try {
        await made.held
        await made.feed.join(subscriber, after)
      } catch (error) {
        release(companyId, made)
        throw error
      }
      return () => {
        made.feed.leave(subscriber)
        release(companyId, made)
      }
    },
    async close() {
      clearInterval(beacon)
      for (const { feed } of feeds.values()) feed.close()
      feeds.clear()
      await wakeUps.close()
    },
  }
}

function channelOf(companyId: string): string {
  return `company:${companyId}`
}
