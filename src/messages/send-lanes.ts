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
export class SendLanes {
  readonly #lanes = new Map<string, Lane>()
  #queued = 0

  /** The number of messages that wait. */
  get size(): number {
    return this.#queued
  }

  /**
   * The number of messages that go before one of this company that comes now. Nobody waits for more messages of another
   * company than of their own.
   */
  ahead(companyId: string): number {
    const own = this.#lanes.get(companyId)
    return Math.min(this.#queued, ((own?.waiting.length ?? 0) + 1) * (this.#lanes.size + (own ? 0 : 1)))
  }

  add(entry: Waiting): void {
    this.#laneOf(entry.message.companyId).waiting.push(entry)
    this.#queued += 1
  }

  /** Puts messages back to the front, in this order. */
  putBack(entries: readonly Waiting[]): void {
    for (const entry of entries.toReversed()) this.#laneOf(entry.message.companyId).waiting.unshift(entry)
    this.#queued += entries.length
  }

  /**
   * Takes up to `max` messages of companies and conversations that are not held, as many of each company, and holds the
   * companies. Leaves out those that came before `tooLate`, and tells which they are.
   */
  take(max: number, tooLate: number): { batch: Waiting[]; late: Waiting[] } {
    const batch: Waiting[] = []
    const late: Waiting[] = []
    const open = [...this.#lanes].filter(([, lane]) => lane.holds === 0 && lane.waiting.length > 0)
    const share = Math.max(1, Math.ceil(max / Math.max(1, open.length)))
    for (const [companyId, lane] of open) {
      if (batch.length >= max) break
      const taken = this.#takeFrom(lane, Math.min(share, max - batch.length), tooLate, late)
      if (taken.length > 0) lane.holds += 1
      batch.push(...taken)
      // Other companies come first next time.
      this.#lanes.delete(companyId)
      this.#lanes.set(companyId, lane)
      this.#forgetIdle(companyId, lane)
    }
    return { batch, late }
  }

  hold(companyId: string): void {
    this.#laneOf(companyId).holds += 1
  }

  release(companyId: string): void {
    const lane = this.#laneOf(companyId)
    lane.holds -= 1
    this.#forgetIdle(companyId, lane)
  }

  /** False if the conversation is held already. */
  holdConversation({ companyId, conversationId }: OutgoingMessage): boolean {
    const { heldConversations } = this.#laneOf(companyId)
    if (heldConversations.has(conversationId)) return false
    heldConversations.add(conversationId)
    return true
  }

  releaseConversation({ companyId, conversationId }: OutgoingMessage): void {
    const lane = this.#laneOf(companyId)
    lane.heldConversations.delete(conversationId)
    this.#forgetIdle(companyId, lane)
  }

  #laneOf(companyId: string): Lane {
    const lane = this.#lanes.get(companyId) ?? { waiting: [], holds: 0, heldConversations: new Set() }
    this.#lanes.set(companyId, lane)
    return lane
  }

  #forgetIdle(companyId: string, lane: Lane): void {
    if (lane.holds === 0 && lane.waiting.length === 0 && lane.heldConversations.size === 0)
      this.#lanes.delete(companyId)
  }

  #takeFrom(lane: Lane, max: number, tooLate: number, late: Waiting[]): Waiting[] {
    const taken: Waiting[] = []
    const left: Waiting[] = []
    for (const entry of lane.waiting) {
      if (entry.since < tooLate) late.push(entry)
      else if (taken.length < max && !lane.heldConversations.has(entry.message.conversationId))
        taken.push(entry)
      else left.push(entry)
    }
    this.#queued += left.length - lane.waiting.length
    lane.waiting = left
    return taken
  }
}
