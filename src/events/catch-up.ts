import { setTimeout as delay } from 'node:timers/promises'
import { replayedEvents } from '../metrics/load-metrics.ts'
import type { EventPage, PageRange } from './event-page.ts'
import type { LiveEvent } from './event-row.ts'
import type { Subscriber } from './subscriber.ts'

const MAX = 200
/** Size of the first page. The client may have missed little, and may not read. */
const MAX_AT_FIRST = 50
/** Minimum size of a page for a subscriber that has not taken all of the last one. */
const FEWEST = 10
/**
 * A page is dropped if the subscriber takes none of it for this long. A subscriber that takes a little keeps it,
 * because this process may be the slow one.
 */
const TIMEOUT_MS = 2_000

/** The source of missed events, and their delivery. */
export interface Missed {
  /** Undefined if the subscriber has ended. */
  read(range: PageRange): Promise<EventPage | undefined>
  offer(event: LiveEvent): void
}

/**
 * Delivers missed events as fast as they are consumed, and returns the position that the subscriber has reached. Events
 * that are not taken are dropped and read again later, in smaller pages.
 */
export async function catchUp(subscriber: Subscriber, start: number, missed: Missed): Promise<number> {
  let seen = start
  let max = MAX_AT_FIRST
  let events = 0
  for (let isBehind = true; isBehind && !subscriber.hasEnded; ) {
    const page = await offerPage(subscriber, missed, { after: seen, max })
    seen = page.seen
    events += page.taken
    isBehind = !page.isLast
    if (page.isDropped) {
      max = Math.max(FEWEST, page.taken)
      await subscriber.drained()
    } else max = Math.min(MAX, 2 * max)
  }
  replayedEvents.observe(events)
  return seen
}

interface OfferedPage {
  /** Number of its events that were taken. */
  taken: number
  /** The subscriber has been offered everything up to this position. */
  seen: number
  /** True if some of its events were not taken. */
  isDropped: boolean
  isLast: boolean
}

/** Reads and offers one page. Returning releases the page; a suspended function would keep it in memory. */
async function offerPage(
  subscriber: Subscriber,
  { read, offer }: Missed,
  range: PageRange,
): Promise<OfferedPage> {
  const page = await read(range)
  if (!page) return { taken: 0, seen: range.after, isDropped: false, isLast: true }
  let seen = range.after
  let taken = 0
  for (const event of page.events) {
    if (subscriber.hasPlenty && !(await drains(subscriber)))
      return { taken, seen, isDropped: true, isLast: false }
    offer(event)
    seen = event.position
    taken += 1
  }
  subscriber.reach(page.scannedTo)
  return { taken, seen: page.scannedTo, isDropped: false, isLast: page.isLast }
}

/** False if the subscriber takes nothing for TIMEOUT_MS. */
async function drains(subscriber: Subscriber): Promise<boolean> {
  const waiting = new AbortController()
  const drained = subscriber.drained().then(() => 'drained')
  try {
    for (;;) {
      const { taken } = subscriber
      const late = delay(TIMEOUT_MS, 'late', { signal: waiting.signal, ref: false }).catch(() => 'late')
      if ((await Promise.race([drained, late])) === 'drained') return true
      if (subscriber.taken === taken) return false
    }
  } finally {
    waiting.abort()
  }
}
