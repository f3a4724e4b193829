import type { Logger } from 'pino'
import { InTurn } from '../concurrency/in-turn.ts'
import type { TenantDatabase } from '../database/database.ts'
import { RequestError } from '../errors.ts'
import type { Traces } from '../traces/traces.ts'
import { catchUp } from './catch-up.ts'
import { type EventPage, type PageRange, readEvents, readMissed, readStreamBounds } from './event-page.ts'
import type { LiveEvent } from './event-row.ts'
import { LocalSubscribers } from './local-subscribers.ts'
import type { Subscriber } from './subscriber.ts'

const BATCH = 200

/** The dependencies of a feed. */
export interface CompanyFeedOptions {
  /** The system role bound to the company. */
  system: TenantDatabase
  /** Resolves when missed events may be read, to a function that releases the permit. */
  acquireRead(): Promise<() => void>
  log: Logger
  /** Removes from the readers of events the people to whom the operator's policy denies the conversation. */
  police: ((events: readonly LiveEvent[]) => Promise<void>) | undefined
  traces: Traces | undefined
  /** Called before an event that changes access is offered. */
  onAccessChanged(): void
}

/** The events of one company in this process: read once, in order, and offered to all local subscribers. */
export class CompanyFeed {
  readonly #options: CompanyFeedOptions
  readonly #joined = new LocalSubscribers()
  /** Runs batches, and the subscribers that join between two batches, one after another. */
  readonly #inTurn = new InTurn()
  #state: 'idle' | 'reading' | 'closed' = 'idle'
  /** Everything up to this position has been offered to those whom it concerns. It only moves to positions that were read. */
  #position = 0
  /** Events up to this position may have been committed. */
  #target = 0

  constructor(options: CompanyFeedOptions) {
    this.#options = options
  }

  /** Events up to `position` may have been committed. */
  notify(position: number): void {
    if (position <= this.#target || this.#isClosed()) return
    this.#target = position
    if (this.#state === 'idle') void this.#read()
  }

  /**
   * Returns the position to start from: `after`, or the current one. Throws CURSOR_EXPIRED if events after `after` have
   * been deleted.
   */
  async startFrom(after: number | undefined): Promise<number> {
    const { head, next } = await readStreamBounds(this.#options.system, after)
    if (after === undefined) return head
    if (after <= head && after + 1 === next) return after
    throw expired()
  }

  /**
   * Resolves when everything above `start` is certain to reach the subscriber, exactly once and in order: missed events
   * as fast as they are consumed, then live ones. `isFromNow` is true if nothing can have been missed.
   */
  async join(subscriber: Subscriber, start: number, isFromNow: boolean): Promise<void> {
    const seen = isFromNow ? start : await this.#catchUp(subscriber, start)
    await this.#inTurn.run(() => this.#enter(subscriber, seen))
  }

  leave(subscriber: Subscriber): void {
    this.#joined.delete(subscriber)
  }

  /**
   * The position up to which the subscriber has been offered everything that concerns it, or 0 before it has joined:
   * while it catches up, only the subscriber itself knows.
   */
  reachedBy(subscriber: Subscriber): number {
    const addedAt = this.#joined.addedAt(subscriber)
    return addedAt === undefined ? 0 : Math.max(addedAt, this.#position)
  }

  close(): void {
    this.#state = 'closed'
    for (const subscriber of this.#joined.all()) {
      subscriber.interrupt()
      this.#joined.delete(subscriber)
    }
  }

  /** Reads batches until the target is reached. After a failure the poll or the next notification tries again. */
  async #read(): Promise<void> {
    this.#state = 'reading'
    do {
      try {
        await this.#inTurn.run(() => this.#readBatch())
      } catch (error) {
        this.#target = this.#position
        this.#options.log.warn({ err: error }, 'events could not be read')
      }
      if (this.#isClosed()) return
    } while (this.#position < this.#target)
    this.#state = 'idle'
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Reads and offers one batch. Subscribers that wait to join do so before the next. */
  async #readBatch(): Promise<void> {
    if (this.#joined.size === 0) {
      this.#target = this.#position
      return
    }
    const aim = this.#target
    const range = { after: this.#position, max: BATCH }
    const page = await readEvents(this.#options.system, range, this.#joined.userIds)
    if (page.next > this.#position + 1) this.#interruptBelow(page.next)
    await this.#options.police?.(page.events)
    const { system, traces } = this.#options
    for (const event of page.events) {
      this.#dispatch(event)
      traces?.event(system.tenant.companyId, event)
    }
    this.#position = Math.max(this.#position, page.scannedTo)
    // The notification ran ahead of the database; stop at what was read.
    if (page.isLast && this.#target === aim) this.#target = this.#position
  }

  /** Positions have no gaps, so a gap means deleted events. Clients learn that when they resume. */
  #interruptBelow(next: number): void {
    for (const subscriber of this.#joined.all())
      if (this.reachedBy(subscriber) + 1 < next) subscriber.interrupt()
  }

  #dispatch(event: LiveEvent): void {
    if (event.kind === 'ACCESS_CHANGED') this.#options.onAccessChanged()
    for (const subscriber of this.#joined.concernedBy(event)) {
      const addedAt = this.#joined.addedAt(subscriber) ?? event.position
      if (event.position > addedAt) this.#offer(subscriber, event)
    }
    this.#position = event.position
  }

  #offer(subscriber: Subscriber, event: LiveEvent): void {
    try {
      subscriber.offer(event)
    } catch (error) {
      // A failing subscription must not keep the others from their events.
      this.#options.log.error({ err: error }, 'an event could not be offered')
      subscriber.interrupt()
    }
  }

  /** Returns the position up to which the subscriber has been offered everything. */
  #catchUp(subscriber: Subscriber, start: number): Promise<number> {
    const read = async (range: PageRange) => {
      const release = await this.#options.acquireRead()
      try {
        return subscriber.hasEnded ? undefined : await this.#readOn(subscriber, range)
      } finally {
        release()
      }
    }
    return catchUp(subscriber, start, { read, offer: (event) => this.#offer(subscriber, event) })
  }

  /**
   * Reads the last missed events while no batch is dispatched. Afterwards the subscriber has all that the feed has
   * read, or more.
   */
  async #enter(subscriber: Subscriber, seen: number): Promise<void> {
    let at = seen
    // The next batch contains all that is missing, so a thousand subscribers that join at once do not read for
    // themselves.
    const isLevel = this.#joined.size > 0 && at >= this.#position
    for (let isBehind = !isLevel; isBehind && !subscriber.hasEnded; ) {
      const page = await this.#readOn(subscriber, { after: at, max: BATCH })
      for (const event of page.events) this.#offer(subscriber, event)
      at = page.scannedTo
      subscriber.reach(at)
      isBehind = !page.isLast
    }
    if (this.#isClosed()) subscriber.interrupt()
    if (subscriber.hasEnded) return
    if (at < this.#position) this.#startAgainFrom(at)
    else if (this.#joined.size === 0) this.#position = at
    this.#joined.add(subscriber, at)
  }

  /** The database is behind the position that was read, as after a fail-over, so all positions are invalid. */
  #startAgainFrom(head: number): void {
    for (const subscriber of this.#joined.all()) subscriber.interrupt()
    this.#position = head
    this.#target = head
  }

  async #readOn(subscriber: Subscriber, range: PageRange): Promise<EventPage> {
    const page = await readMissed(this.#options.system, range, subscriber)
    if (page.next > range.after + 1) throw expired()
    await this.#options.police?.(page.events)
    return page
  }
}

function expired(): RequestError {
  return new RequestError(
    'CURSOR_EXPIRED',
    'What followed this cursor is no longer kept: read the data anew, with its cursor, and subscribe from there.',
  )
}
