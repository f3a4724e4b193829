import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { type LiveEvent, readEvents, readStreamBounds } from './event-row.ts'

/** One subscription as the feed sees it. */
export interface Subscriber {
  readonly userId: string
  /** Takes an event; `mayToSee` says whether the person may see its conversation now. */
  offer(event: LiveEvent, maySee: boolean): void
  /** The person's access has ended, or the feed closes. */
  end(): void
}

/** One company's events in this process: read once, in order, and offered to every local subscriber. */
export interface CompanyFeed {
  /** Resolves once everything above `after` (or above now) is certain to reach the subscriber, exactly once and in order. */
  join(subscriber: Subscriber, after: number | undefined): Promise<void>
  leave(subscriber: Subscriber): void
  /** Something was committed at `position`. */
  wake(position: number): void
  readonly isEmpty: boolean
  close(): void
}

const BATCH = 200

/** Creates the feed of one company over the chores role bound to it. */
export function createCompanyFeed(chores: TenantDatabase, log: Logger): CompanyFeed {
  const joined = new Map<Subscriber, number>()
  let position: number | undefined
  let target = 0
  let queue: Promise<void> = Promise.resolve()
  let draining = false

  /** Runs pieces of work one after the other: joining is a barrier between batches. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = queue.then(work)
    queue = done.then(
      () => {},
      () => {},
    )
    return done
  }

  async function drain(): Promise<void> {
    while (position !== undefined && position < target) {
      const userIds = [...new Set([...joined.keys()].map((subscriber) => subscriber.userId))]
      if (userIds.length === 0) {
        position = target
        return
      }
      const upTo = Number.MAX_SAFE_INTEGER
      const events = await readEvents(chores, { after: position, upTo, most: BATCH, userIds })
      for (const event of events) dispatch(event)
      position = events.at(-1)?.position ?? target
    }
  }

  function dispatch(event: LiveEvent): void {
    for (const [subscriber, seen] of joined) {
      if (event.position <= seen) continue
      joined.set(subscriber, event.position)
      subscriber.offer(event, event.visibleTo.has(subscriber.userId))
    }
  }

  function wake(newest: number): void {
    if (newest <= target) return
    target = newest
    if (!draining) startDraining()
  }

  function startDraining(): void {
    draining = true
    inTurn(drain).then(
      () => {
        draining = false
        if (position !== undefined && position < target) startDraining()
      },
      (error) => {
        draining = false
        // The beacon or the next write asks again.
        target = position ?? 0
        log.warn({ err: error }, 'events could not be read')
      },
    )
  }

  /** Offers what the subscriber missed, page by page, up to `upTo`. */
  async function replay(subscriber: Subscriber, after: number, upTo: number): Promise<number> {
    let seen = after
    while (seen < upTo) {
      const events = await readEvents(chores, {
        after: seen,
        upTo,
        most: BATCH,
        userIds: [subscriber.userId],
      })
      for (const event of events) subscriber.offer(event, event.visibleTo.has(subscriber.userId))
      seen = events.at(-1)?.position ?? upTo
    }
    return seen
  }

  return {
    async join(subscriber, after) {
      const { head, oldest } = await readStreamBounds(chores)
      if (after !== undefined && (after > head || after + 1 < oldest)) {
        throw new Refusal(
          'CURSOR_EXPIRED',
          'The cursor is too old: read the data anew, with its cursor, and subscribe from there.',
        )
      }
      const caughtUp = await replay(subscriber, after ?? head, head)
      await inTurn(async () => {
        const now = (await readStreamBounds(chores)).head
        if (position === undefined || joined.size === 0) {
          position = now
          target = Math.max(target, now)
        }
        joined.set(subscriber, await replay(subscriber, caughtUp, Math.max(now, position)))
      })
    },
    leave: (subscriber) => void joined.delete(subscriber),
    wake,
    get isEmpty() {
      return joined.size === 0
    },
    close() {
      for (const subscriber of [...joined.keys()]) subscriber.end()
      joined.clear()
    },
  }
}
