import { requireOpen } from '../companies/require-open.ts'
import { type Context, refreshContext } from '../context.ts'
import type { Batch } from '../events/event-row.ts'
import type { Loaders } from '../loaders.ts'
import type { PositionedEvent } from './event-id.ts'

/** Reuse one event's loaders for later events of its batch for 250 ms. */
const FRESH_MS = 250
/**
 * Maximum number of following messages that are loaded ahead. On a busy machine it follows the number that was used
 * last time.
 */
const MAX_AHEAD = 50
const FEWEST_TO_COME = 4

/** The loaders of a run of events. */
interface Remembered {
  loaders: Loaders
  /** Its loaders have read after all events up to this position were committed. */
  upTo: number
  /** Number of events that it has served. */
  served: number
  release(): void
  /** Drops the loaders and releases the permit. */
  end(): void
}

/** The contexts for the events of one subscription, which began with the first one. */
export class EventContexts {
  readonly #first: Context
  #context: Context
  #foundAt: number | undefined
  #remembered: Remembered | undefined
  #ahead = MAX_AHEAD
  #hasEnded = false

  constructor(first: Context) {
    this.#first = first
    this.#context = first
  }

  /**
   * Returns a context for one event. The viewer is renewed if access in the company has changed, and all reads are
   * newer than the event. Undefined if the viewer may no longer read, or if that cannot be decided; the client then
   * resumes from its cursor.
   */
  async of({ position, batch }: PositionedEvent): Promise<Context | undefined> {
    if (!(await this.#renew())) return undefined
    // No event follows the last one of a batch, so its loaders are not kept.
    if (position === undefined || !batch || (position === batch.upTo && !this.#remembered))
      return refreshContext(this.#context, position)
    const isGood = this.#remembered && position <= this.#remembered.upTo
    const serving = isGood ? this.#remembered : await this.#remember(position, batch)
    if (!serving) return undefined
    serving.served += 1
    if (position === batch.upTo) serving.release()
    return { ...this.#context, streamPosition: position, loaders: serving.loaders }
  }

  /** Makes the next event read everything again. */
  forget(): void {
    this.#remembered?.end()
  }

  /** No event is queued, so the permit is released to others. */
  pause(): void {
    this.#remembered?.release()
  }

  /** Ends the contexts with the subscription. */
  end(): void {
    this.#hasEnded = true
    this.#remembered?.end()
  }

  /** Renews the viewer if access may have changed. False if the viewer may no longer read, or if that cannot be decided. */
  async #renew(): Promise<boolean> {
    const { viewer: atFirst, services } = this.#first
    // The token may have expired while this event waited for a permit.
    if (atFirst.expiresAt.getTime() <= Date.now()) return false
    const now = services.viewers.timesForgotten(atFirst.companyId)
    if (now === this.#foundAt) return true
    try {
      const viewer = await services.viewers.renew(atFirst)
      requireOpen(viewer, 'read')
      this.#context = { ...this.#first, viewer }
      this.#foundAt = now
      this.#remembered?.end()
      return true
    } catch {
      return false
    }
  }

  /**
   * Creates loaders for a run of events and takes a permit for them. A limited number of subscriptions holds one: if
   * all were served concurrently, each would wait so long for its next event that its loaders would expire.
   */
  async #remember(position: number, batch: Batch): Promise<Remembered | undefined> {
    this.#remembered?.end()
    const { services, viewer } = this.#first
    const release = await services.catchUps.take({ companyId: viewer.companyId })
    // Access or the subscription may have ended while waiting.
    if (this.#hasEnded || !(await this.#renew())) {
      release()
      return undefined
    }
    this.#remembered = this.#loadersFrom(position, batch, release)
    return this.#remembered
  }

  #loadersFrom(position: number, { upTo, messages }: Batch, release: () => void): Remembered {
    const toCome = messages.filter((message) => message.position >= position).slice(0, this.#ahead)
    const ids = toCome.map(({ id }) => id)
    const timer = setTimeout(() => made.end(), FRESH_MS).unref()
    const made: Remembered = {
      loaders: refreshContext(this.#context, position, ids).loaders,
      upTo,
      served: 0,
      release,
      end: () => {
        clearTimeout(timer)
        release()
        if (this.#remembered === made) this.#remembered = undefined
        this.#ahead = Math.max(FEWEST_TO_COME, Math.min(MAX_AHEAD, 2 * made.served))
      },
    }
    return made
  }
}
