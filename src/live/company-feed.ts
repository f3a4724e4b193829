import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { catchUp } from './catch-up.ts'
import { type EventPage, type PageRange, readEvents, readMissed, readStreamBounds } from './event-page.ts'
import type { LiveEvent } from './event-row.ts'

/** One subscription as the feed sees it. */
export interface Subscriber {
  readonly userId: string
  /** The one conversation whose messages it shows; all of them if undefined. */
  readonly conversationId?: string | undefined
  readonly hasEnded: boolean
  offer(event: LiveEvent): void
  /** It has been offered everything up to here; what was not offered does not concern it. */
  reach(position: number): void
  /** How many values its client has taken. */
  readonly taken: number
  /** So much waits for it that what can be read again later should not be added. */
  readonly hasPlenty: boolean
  /** Resolves when hardly anything waits for it any more, or the subscription has ended. */
  drained(): Promise<void>
  /** Ends the subscription; its client resumes after what it has. */
  interrupt(): void
}

/** One company's events in this process: read once, in order, and offered to every local subscriber. */
export interface CompanyFeed {
  /** The position to start from: `after`, or that of now. Throws CURSOR_EXPIRED if `after` is no longer kept. */
  startFrom(after: number | undefined): Promise<number>
  /**
   * Resolves once everything above `start` is certain to reach the subscriber, exactly once and in order: what was
   * missed as fast as it is consumed, then live. `isFromNow`: nothing can have been missed up to here.
   */
  join(subscriber: Subscriber, start: number, isFromNow: boolean): Promise<void>
  leave(subscriber: Subscriber): void
  /** Something may have been committed up to `position`. */
  wake(position: number): void
  close(): void
}

const BATCH = 200

/** What a feed needs. */
export interface CompanyFeedParts {
  /** The chores role bound to the company. */
  chores: TenantDatabase
  /** Resolves when what was missed may be read; what it resolves to gives the turn back. */
  takeTurn(): Promise<() => void>
  log: Logger
  /** Runs before such an event is offered. */
  onAccessChanged(): void
}

/** Creates the feed of one company. */
export function createCompanyFeed({ chores, takeTurn, log, onAccessChanged }: CompanyFeedParts): CompanyFeed {
  /** Subscribers, and the position up to which each has been offered everything. */
  const joined = new Map<Subscriber, number>()
  /** Everything up to here has been offered; it moves only by what was read. */
  let position = 0
  let target = 0
  let turns: Promise<unknown> = Promise.resolve()
  let draining = false
  let closed = false

  /** Runs pieces of work one after the other: joining is a barrier between batches. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = turns.then(work)
    turns = done.catch(() => {})
    return done
  }

  function wake(newest: number): void {
    if (newest <= target || closed) return
    target = newest
    if (!draining) startDraining()
  }

  function startDraining(): void {
    draining = true
    inTurn(drain).then(
      () => {
        draining = false
        if (position < target) startDraining()
      },
      (error) => {
        draining = false
        // The beacon or the next write asks again.
        target = position
        log.warn({ err: error }, 'events could not be read')
      },
    )
  }

  /** One batch: whoever waits to join has a turn before the next. */
  async function drain(): Promise<void> {
    if (joined.size === 0) {
      target = position
      return
    }
    const aim = target
    const userIds = [...new Set([...joined.keys()].map((subscriber) => subscriber.userId))]
    const page = await readEvents(chores, { after: position, most: BATCH }, userIds)
    if (page.next > position + 1) interruptBelow(page.next)
    for (const event of page.events) dispatch(event)
    position = Math.max(position, page.scannedTo)
    // What is not in the database is not there to be told of, whatever the wake-up said.
    if (page.isLast && target === aim) target = position
  }

  /** Positions are given without gaps, so a gap is what has been deleted: clients are told so when they resume. */
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
      // One subscription's fault must not cost the others their events.
      log.error({ err: error }, 'an event could not be offered')
      subscriber.interrupt()
    }
  }

  async function startFrom(after: number | undefined): Promise<number> {
    const { head, next } = await readStreamBounds(chores, after)
    if (after === undefined) return head
    if (after <= head && after + 1 === next) return after
    throw expired()
  }

  async function join(subscriber: Subscriber, start: number, isFromNow: boolean): Promise<void> {
    if (isFromNow) return inTurn(() => enter(subscriber, start))
    const read = async (range: PageRange) => {
      const giveBack = await takeTurn()
      try {
        return subscriber.hasEnded ? undefined : await readOn(subscriber, range)
      } finally {
        giveBack()
      }
    }
    const seen = await catchUp(subscriber, start, { read, offer: (event) => offer(subscriber, event) })
    await inTurn(() => enter(subscriber, seen))
  }

  /** The last stretch, while nothing is dispatched: after it the subscriber has all that the feed has read, or more. */
  async function enter(subscriber: Subscriber, seen: number): Promise<void> {
    let at = seen
    // What others are told next is all that there can be: of a thousand who come at once nobody reads by themselves.
    const isLevel = joined.size > 0 && at >= position
    for (let isBehind = !isLevel; isBehind && !subscriber.hasEnded; ) {
      const page = await readOn(subscriber, { after: at, most: BATCH })
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

  /** The database is behind what was read of it, as after a fail-over: nobody's position means anything any more. */
  function startAgainFrom(head: number): void {
    for (const subscriber of [...joined.keys()]) subscriber.interrupt()
    position = head
    target = head
  }

  async function readOn(subscriber: Subscriber, range: PageRange): Promise<EventPage> {
    const page = await readMissed(chores, range, subscriber)
    if (page.next > range.after + 1) throw expired()
    return page
  }

  function close(): void {
    closed = true
    for (const subscriber of [...joined.keys()]) subscriber.interrupt()
    joined.clear()
  }

  return { startFrom, join, leave: (subscriber) => void joined.delete(subscriber), wake, close }
}

function expired(): Refusal {
  return new Refusal(
    'CURSOR_EXPIRED',
    'What followed this cursor is no longer kept: read the data anew, with its cursor, and subscribe from there.',
  )
}
