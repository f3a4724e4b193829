import { requireOpen } from '../companies/require-open.ts'
import { type Context, refreshContext } from '../context.ts'
import type { Batch } from '../events/event-row.ts'
import type { Loaders } from '../loaders.ts'
import type { PositionedEvent } from './event-id.ts'

/** Reuse one event's loaders for later events of its batch for this long. */
const FRESH_MS = 250
/** Of messages that follow, as many are read ahead; on a busy machine as many as were of use the last time. */
const MAX_AHEAD = 50
const FEWEST_TO_COME = 4

/** The contexts of one subscription's events. */
export interface EventContexts {
  /**
   * A context for one event: with the viewer as of now, who is found again when access in the company has changed, and
   * with what was read since the event was committed. Undefined for a viewer who may read nothing any more, or of whom
   * that cannot be told: the client asks again where it left off.
   */
  of(event: PositionedEvent): Promise<Context | undefined>
  /** The next event reads everything again. */
  forget(): void
  /** No event follows just now: others hold the permits. */
  pause(): void
  /** No event follows any more. */
  end(): void
}

interface Remembered {
  loaders: Loaders
  /** What is in them was read after everything up to this position had been committed. */
  upTo: number
  /** How many events it has served. */
  served: number
  release(): void
  /** Forgets it, and releases the permit. */
  end(): void
}

/** Creates the contexts of a subscription that began with this one. */
export function createEventContexts(first: Context): EventContexts {
  const { viewers, catchUps } = first.services
  const { companyId } = first.viewer
  let context = first
  let foundAt: number | undefined
  let remembered: Remembered | undefined
  let ahead = MAX_AHEAD
  let hasEnded = false

  async function asOfNow(): Promise<boolean> {
    // The stream ends by itself, but this event may have waited for a permit.
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
   * Whose events follow one another is served a moment at a time, a few at once: served all at once, each would wait so long
   * for its next event that what was read for the last one is no longer good.
   */
  async function remember(position: number, { upTo, messages }: Batch): Promise<Remembered | undefined> {
    remembered?.end()
    const release = await catchUps.take(companyId)
    // Access may have ended meanwhile, or the subscription.
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
      // The last of its batch is followed by none.
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
