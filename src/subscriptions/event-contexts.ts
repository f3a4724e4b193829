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

/** The contexts for the events of one subscription. */
export interface EventContexts {
  /**
   * Returns a context for one event. The viewer is renewed if access in the company has changed, and all reads are
   * newer than the event. Undefined if the viewer may no longer read, or if that cannot be decided; the client then
   * resumes from its cursor.
   */
  of(event: PositionedEvent): Promise<Context | undefined>
  /** Makes the next event read everything again. */
  forget(): void
  /** No event is queued, so the permit is released to others. */
  pause(): void
  /** Ends the contexts with the subscription. */
  end(): void
}

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

/** Creates the contexts of the subscription that began with this context. */
export function createEventContexts(first: Context): EventContexts {
  const { viewers, catchUps } = first.services
  const { companyId } = first.viewer
  let context = first
  let foundAt: number | undefined
  let remembered: Remembered | undefined
  let ahead = MAX_AHEAD
  let hasEnded = false

  async function asOfNow(): Promise<boolean> {
    // The token may have expired while this event waited for a permit.
    if (first.viewer.expiresAt.getTime() <= Date.now()) return false
    const now = viewers.timesForgotten(companyId)
    if (now === foundAt) return true
    try {
      const viewer = await viewers.renew(first.viewer)
      requireOpen(viewer, 'read')
      context = { ...first, viewer }
      foundAt = now
      remembered?.end()
      return true
    } catch {
      return false
    }
  }

  /**
   * Creates loaders for a run of events and takes a permit for them. A limited number of subscriptions holds one: if
   * all were served concurrently, each would wait so long for its next event that its loaders would expire.
   */
  async function remember(position: number, { upTo, messages }: Batch): Promise<Remembered | undefined> {
    remembered?.end()
    const release = await catchUps.take({ companyId })
    // Access or the subscription may have ended while waiting.
    if (hasEnded || !(await asOfNow())) {
      release()
      return undefined
    }
    const toCome = messages.filter((message) => message.position >= position).slice(0, ahead)
    const ids = toCome.map(({ id }) => id)
    const timer = setTimeout(() => made.end(), FRESH_MS).unref()
    const made: Remembered = {
      loaders: refreshContext(context, position, ids).loaders,
      upTo,
      served: 0,
      release,
      end() {
        clearTimeout(timer)
        release()
        if (remembered === made) remembered = undefined
        ahead = Math.max(FEWEST_TO_COME, Math.min(MAX_AHEAD, 2 * made.served))
      },
    }
    remembered = made
    return made
  }

  return {
    async of({ position, batch }) {
      if (!(await asOfNow())) return undefined
      // No event follows the last one of a batch, so its loaders are not kept.
      if (position === undefined || !batch || (position === batch.upTo && !remembered))
        return refreshContext(context, position)
      const isGood = remembered && position <= remembered.upTo
      const serving = isGood ? remembered : await remember(position, batch)
      if (!serving) return undefined
      serving.served += 1
      if (position === batch.upTo) serving.release()
      return { ...context, streamPosition: position, loaders: serving.loaders }
    },
    forget: () => remembered?.end(),
    pause: () => remembered?.release(),
    end() {
      hasEnded = true
      remembered?.end()
    },
  }
}
