import { setTimeout as delay } from 'node:timers/promises'
import type { Subscriber } from './company-feed.ts'
import type { LiveEvent } from './event-row.ts'

const MOST = 200
/** For somebody who comes back: they may have missed little, and may not read. */
const MOST_AT_FIRST = 50
/** For somebody who has not taken what was read. */
const FEWEST = 10
/** A page is kept for as long for a subscriber that takes nothing of it; one that takes a little may be slow as we are. */
const PATIENCE_MS = 2_000

/** Where what was missed comes from, and how it is delivered. */
export interface Missed {
  /** The events above a position, at most so many. */
  read(after: number, most: number): Promise<LiveEvent[]>
  /** Delivers the one that follows what the subscriber has. */
  offer(event: LiveEvent, after: number): void
}

/**
 * Delivers what was missed, as fast as it is consumed, and gives the position that the subscriber is at. What nobody takes is
 * not kept beside the queue: it is read again, and less of it.
 */
export async function catchUp(subscriber: Subscriber, start: number, missed: Missed): Promise<number> {
  let seen = start
  let most = MOST_AT_FIRST
  while (!subscriber.hasEnded) {
    const page = await offerPage(subscriber, missed, seen, most)
    seen = page.seen
    if (page.taken < page.read) {
      most = Math.max(FEWEST, page.taken)
      await subscriber.drained()
    } else if (page.read < most) break
    else most = Math.min(MOST, 2 * most)
  }
  return seen
}

interface OfferedPage {
  /** How many events were read, and how many of them taken. */
  read: number
  taken: number
  /** The position of the last that was taken. */
  seen: number
}

/** The page ends with this function: one that waits keeps whatever it has ever held. */
async function offerPage(
  subscriber: Subscriber,
  { read, offer }: Missed,
  start: number,
  most: number,
): Promise<OfferedPage> {
  const page = await read(start, most)
  let seen = start
  let taken = 0
  for (const event of page) {
    if (subscriber.hasPlenty && !(await drains(subscriber))) break
    offer(event, seen)
    seen = event.position
    taken += 1
  }
  return { read: page.length, taken, seen }
}

/** False once the subscriber has taken nothing for a while. */
async function drains(subscriber: Subscriber): Promise<boolean> {
  const waiting = new AbortController()
  const drained = subscriber.drained().then(() => 'drained')
  try {
    for (;;) {
      const { taken } = subscriber
      const late = delay(PATIENCE_MS, 'late', { signal: waiting.signal, ref: false }).catch(() => 'late')
      if ((await Promise.race([drained, late])) === 'drained') return true
      if (subscriber.taken === taken) return false
    }
  } finally {
    waiting.abort()
  }
}
