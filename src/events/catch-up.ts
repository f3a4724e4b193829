import { setTimeout as delay } from 'node:timers/promises'
import type { EventPage, PageRange } from './event-page.ts'
import type { LiveEvent } from './event-row.ts'
import type { Subscriber } from './subscriber.ts'

const MAX = 200
/** For somebody who comes back: they may have missed little, and may not read. */
const MAX_AT_FIRST = 50
/** For somebody who has not taken what was read. */
const FEWEST = 10
/** A page is kept for as long for a subscriber that takes nothing of it; one that takes a little may be slow as we are. */
const TIMEOUT_MS = 2_000

/** Where what was missed comes from, and how it is delivered. */
export interface Missed {
  /** Nothing if the subscriber has ended meanwhile. */
  read(range: PageRange): Promise<EventPage | undefined>
  offer(event: LiveEvent): void
}

/**
 * Delivers what was missed, as fast as it is consumed, and gives the position that the subscriber is at. What nobody takes is
 * not kept beside the queue: it is read again, and less of it.
 */
export async function catchUp(subscriber: Subscriber, start: number, missed: Missed): Promise<number> {
  let seen = start
  let max = MAX_AT_FIRST
  for (let isBehind = true; isBehind && !subscriber.hasEnded; ) {
    const page = await offerPage(subscriber, missed, { after: seen, max })
    seen = page.seen
    isBehind = !page.isLast
    if (page.isDropped) {
      max = Math.max(FEWEST, page.taken)
      await subscriber.drained()
    } else max = Math.min(MAX, 2 * max)
  }
  return seen
}

interface OfferedPage {
  /** How many of its events were taken. */
  taken: number
  /** The subscriber has everything up to here. */
  seen: number
  /** Not all of it was taken. */
  isDropped: boolean
  isLast: boolean
}

/** The page ends with this function: one that waits keeps whatever it has ever held. */
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

/** False once the subscriber has taken nothing for a while. */
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
