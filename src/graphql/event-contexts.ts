import { requireOpen } from '../companies/require-open.ts'
import { type Context, refreshContext } from '../context.ts'
import type { Batch } from '../live/event-row.ts'
import type { Loaders } from '../loaders.ts'
import type { PlacedEvent } from './event-id.ts'

/** What was read for one event is as good for those of the same batch that follow within this time. */
const FRESH_MS = 250

interface Remembered {
  loaders: Loaders
  /** What is in them was read after everything up to this position had been committed. */
  upTo: number
  until: number
}

/**
 * Gives each event of a subscription a context of its own: with the viewer as of now, who is found again when access in
 * the company has changed, and with what was read since the event was committed. Undefined for a viewer who may read
 * nothing any more, or of whom that cannot be told: the client asks again where it left off.
 */
export function createEventContexts(first: Context): (event: PlacedEvent) => Promise<Context | undefined> {
  const { viewers } = first.parts
  const { companyId, userId } = first.viewer
  let context = first
  let foundAt: number | undefined
  let remembered: Remembered | undefined

  async function asOfNow(): Promise<boolean> {
    const now = viewers.timesForgotten(companyId)
    if (now === foundAt) return true
    try {
      const viewer = { ...first.viewer, ...(await viewers.find(companyId, userId)) }
      requireOpen(viewer, 'read')
      context = { ...first, viewer }
      foundAt = now
      remembered = undefined
      return true
    } catch {
      return false
    }
  }

  function read(position: number, { upTo, messages }: Batch, now: number): Remembered {
    const toCome = messages.filter((message) => message.position >= position).map(({ id }) => id)
    return { loaders: refreshContext(context, position, toCome).loaders, upTo, until: now + FRESH_MS }
  }

  return async ({ position, batch }) => {
    if (!(await asOfNow())) return undefined
    if (position === undefined || !batch) return refreshContext(context, position)
    const now = performance.now()
    if (!remembered || position > remembered.upTo || now > remembered.until) {
      remembered = read(position, batch, now)
    }
    const { loaders, upTo } = remembered
    // The last of its batch leaves nothing behind.
    if (position >= upTo) remembered = undefined
    return { ...context, streamPosition: position, loaders }
  }
}
