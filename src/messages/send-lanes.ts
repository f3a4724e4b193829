import type { OutgoingMessage, SentRow } from './send-statements.ts'

/** A message that waits to be sent, and how its sender is told. */
export interface Waiting {
  message: OutgoingMessage
  /** When it came, in milliseconds of the process's monotonic clock. */
  since: number
  resolve(sent: SentRow | Promise<SentRow>): void
  reject(error: unknown): void
}

/** The messages of one company that wait. */
interface Lane {
  waiting: Waiting[]
  /** A batch with messages of the company is under way, or one of them waits alone for the company's stream. */
  holds: number
  /** Conversations in which one message waits for a row that another transaction holds, and the others for that message. */
  heldConversations: Set<string>
}

/** The messages that wait, company by company. Companies take turns. */
export interface SendLanes {
  /** The number of messages that wait. */
  size(): number
  /** The number of messages that go before one of this company that comes now. */
  ahead(companyId: string): number
  add(entry: Waiting): void
  /** Puts messages back to the front, in this order. */
  putBack(entries: readonly Waiting[]): void
  /**
   * Takes up to `max` messages of companies and conversations that are not held, as many of each company, and holds the
   * companies. Leaves out those that came before `tooLate`, and tells which they are.
   */
  take(max: number, tooLate: number): { batch: Waiting[]; late: Waiting[] }
  hold(companyId: string): void
  release(companyId: string): void
  /** False if the conversation is held already. */
  holdConversation(message: OutgoingMessage): boolean
  releaseConversation(message: OutgoingMessage): void
}

/** Creates lanes without a message. */
export function createSendLanes(): SendLanes {
  const lanes = new Map<string, Lane>()
  let queued = 0

  function laneOf(companyId: string): Lane {
    const lane = lanes.get(companyId) ?? { waiting: [], holds: 0, heldConversations: new Set() }
    lanes.set(companyId, lane)
    return lane
  }

  function forgetIdle(companyId: string, lane: Lane): void {
    if (lane.holds === 0 && lane.waiting.length === 0 && lane.heldConversations.size === 0)
      lanes.delete(companyId)
  }

  function takeFrom(lane: Lane, max: number, tooLate: number, late: Waiting[]): Waiting[] {
    const taken: Waiting[] = []
    const left: Waiting[] = []
    for (const entry of lane.waiting) {
      if (entry.since < tooLate) late.push(entry)
      else if (taken.length < max && !lane.heldConversations.has(entry.message.conversationId))
        taken.push(entry)
      else left.push(entry)
    }
    queued += left.length - lane.waiting.length
    lane.waiting = left
    return taken
  }

  return {
    size: () => queued,
    // Nobody waits for more messages of another company than of their own.
    ahead(companyId) {
      const own = lanes.get(companyId)
      return Math.min(queued, ((own?.waiting.length ?? 0) + 1) * (lanes.size + (own ? 0 : 1)))
    },
    add(entry) {
      laneOf(entry.message.companyId).waiting.push(entry)
      queued += 1
    },
    putBack(entries) {
      for (const entry of entries.toReversed()) laneOf(entry.message.companyId).waiting.unshift(entry)
      queued += entries.length
    },
    take(max, tooLate) {
      const batch: Waiting[] = []
      const late: Waiting[] = []
      const open = [...lanes].filter(([, lane]) => lane.holds === 0 && lane.waiting.length > 0)
      const share = Math.max(1, Math.ceil(max / Math.max(1, open.length)))
      for (const [companyId, lane] of open) {
        if (batch.length >= max) break
        const taken = takeFrom(lane, Math.min(share, max - batch.length), tooLate, late)
        if (taken.length > 0) lane.holds += 1
        batch.push(...taken)
        // Other companies come first next time.
        lanes.delete(companyId)
        lanes.set(companyId, lane)
        forgetIdle(companyId, lane)
      }
      return { batch, late }
    },
    hold(companyId) {
      laneOf(companyId).holds += 1
    },
    release(companyId) {
      const lane = laneOf(companyId)
      lane.holds -= 1
      forgetIdle(companyId, lane)
    },
    holdConversation({ companyId, conversationId }) {
      const { heldConversations } = laneOf(companyId)
      if (heldConversations.has(conversationId)) return false
      heldConversations.add(conversationId)
      return true
    },
    releaseConversation({ companyId, conversationId }) {
      const lane = laneOf(companyId)
      lane.heldConversations.delete(conversationId)
      forgetIdle(companyId, lane)
    },
  }
}
