import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import { RequestError } from '../errors.ts'
import { catchUp } from './catch-up.ts'
import { type EventPage, type PageRange, readEvents, readMissed, readStreamBounds } from './event-page.ts'
import type { LiveEvent } from './event-row.ts'
import type { Subscriber } from './subscriber.ts'

/** The events of one company in this process: read once, in order, and offered to all local subscribers. */
export interface CompanyFeed {
  /**
   * Returns the position to start from: `after`, or the current one. Throws CURSOR_EXPIRED if events after `after` have
   * been deleted.
   */
  startFrom(after: number | undefined): Promise<number>
  /**
   * Resolves when everything above `start` is certain to reach the subscriber, exactly once and in order: missed events
   * as fast as they are consumed, then live ones. `isFromNow` is true if nothing can have been missed.
   */
  join(subscriber: Subscriber, start: number, isFromNow: boolean): Promise<void>
  leave(subscriber: Subscriber): void
  /** Events up to `position` may have been committed. */
  notify(position: number): void
  close(): void
}

const BATCH = 200

/** The dependencies of a feed. */
export interface CompanyFeedOptions {
  /** The system role bound to the company. */
  system: TenantDatabase
  /** Resolves when missed events may be read, to a function that releases the permit. */
  acquireRead(): Promise<() => void>
  log: Logger
  /** Called before an event that changes access is offered. */
  onAccessChanged(): void
}

/** Creates the feed of one company. */
export function createCompanyFeed({
  system,
  acquireRead,
  log,
  onAccessChanged,
}: CompanyFeedOptions): CompanyFeed {
  /** The subscribers, and the position up to which each has been offered everything. */
  const joined = new Map<Subscriber, number>()
  /** Everything up to this position has been offered. It only moves to positions that were read. */
  let position = 0
  let target = 0
  let queue: Promise<unknown> = Promise.resolve()
  let draining = false
  let closed = false

  /** Runs pieces of work one after another, so that a subscriber joins between two batches. */
  function serially(work: () => Promise<void>): Promise<void> {
    const done = queue.then(work)
    queue = done.catch(() => {})
    return done
  }

  function notify(newest: number): void {
    if (newest <= target || closed) return
    target = newest
    if (!draining) startDraining()
  }

  function startDraining(): void {
    draining = true
    serially(drain).then(
      () => {
        draining = false
        if (position < target) startDraining()
      },
      (error) => {
        draining = false
        // The poll or the next notification tries again.
        target = position
        log.warn({ err: error }, 'events could not be read')
      },
    )
  }

  /** Reads and offers one batch. Subscribers that wait to join do so before the next. */
  async function drain(): Promise<void> {
    if (joined.size === 0) {
      target = position
      return
    }
    const aim = target
    const userIds = [...new Set([...joined.keys()].map((subscriber) => subscriber.userId))]
    const page = await readEvents(system, { after: position, max: BATCH }, userIds)
    if (page.next > position + 1) interruptBelow(page.next)
    for (const event of page.events) dispatch(event)
    position = Math.max(position, page.scannedTo)
    // The notification ran ahead of the database; stop at what was read.
    if (page.isLast && target === aim) target = position
  }

  /** Positions have no gaps, so a gap means deleted events. Clients learn that when they resume. */
  function interruptBelow(next: number): void {
    for (const [subscriber, seen] of joined) if (seen + 1 < next) subscriber.interrupt()
  }

  function dispatch(event: LiveEvent): void {
    if (event.kind === 'ACCESS_CHANGED') onAccessChanged()
    for (const [subscriber, seen] of joined) {
      if (event.position <= seen) continue
      joined.set(subscriber, event.position)
      offer(subscriber, event)
    }
  }

  function offer(subscriber: Subscriber, event: LiveEvent): void {
    try {
      subscriber.offer(event)
    } catch (error) {
      // A failing subscription must not keep the others from their events.
      log.error({ err: error }, 'an event could not be offered')
      subscriber.interrupt()
    }
  }

  async function startFrom(after: number | undefined): Promise<number> {
    const { head, next } = await readStreamBounds(system, after)
    if (after === undefined) return head
    if (after <= head && after + 1 === next) return after
    throw expired()
  }

  async function join(subscriber: Subscriber, start: number, isFromNow: boolean): Promise<void> {
    if (isFromNow) return serially(() => enter(subscriber, start))
    const read = async (range: PageRange) => {
      const release = await acquireRead()
      try {
        return subscriber.hasEnded ? undefined : await readOn(subscriber, range)
      } finally {
        release()
      }
    }
    const seen = await catchUp(subscriber, start, { read, offer: (event) => offer(subscriber, event) })
    await serially(() => enter(subscriber, seen))
  }

  /**
   * Reads the last missed events while no batch is dispatched. Afterwards the subscriber has all that the feed has
   * read, or more.
   */
  async function enter(subscriber: Subscriber, seen: number): Promise<void> {
    let at = seen
    // The next batch contains all that is missing, so a thousand subscribers that join at once do not read for
    // themselves.
    const isLevel = joined.size > 0 && at >= position
    for (let isBehind = !isLevel; isBehind && !subscriber.hasEnded; ) {
      const page = await readOn(subscriber, { after: at, max: BATCH })
      for (const event of page.events) offer(subscriber, event)
      at = page.scannedTo
      subscriber.reach(at)
      isBehind = !page.isLast
    }
    if (closed) subscriber.interrupt()
    if (subscriber.hasEnded) return
    if (at < position) startAgainFrom(at)
    else if (joined.size === 0) position = at
    joined.set(subscriber, at)
  }

  /** The database is behind the position that was read, as after a fail-over, so all positions are invalid. */
  function startAgainFrom(head: number): void {
    for (const subscriber of [...joined.keys()]) subscriber.interrupt()
    position = head
    target = head
  }

  async function readOn(subscriber: Subscriber, range: PageRange): Promise<EventPage> {
    const page = await readMissed(system, range, subscriber)
    if (page.next > range.after + 1) throw expired()
    return page
  }

  function close(): void {
    closed = true
    for (const subscriber of [...joined.keys()]) subscriber.interrupt()
    joined.clear()
  }

  return { startFrom, join, leave: (subscriber) => void joined.delete(subscriber), notify, close }
}

function expired(): RequestError {
  return new RequestError(
    'CURSOR_EXPIRED',
    'What followed this cursor is no longer kept: read the data anew, with its cursor, and subscribe from there.',
  )
}
