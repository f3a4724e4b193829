import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from '../policy/policy.ts'
import { isCurrent, type TypingListener, type Typist, wants } from './room.ts'
import { typingReadersAmong } from './typing-readers.ts'

/** The company and the rules that decide who is told. */
export interface TypingDeliveryOptions {
  /** The system role bound to the company. */
  readonly system: TenantDatabase
  readonly log: Logger
  readonly policy?: Policy | undefined
}

/** One listener to be told of one typist. */
interface Telling {
  readonly typist: Typist
  readonly listener: TypingListener
  readonly notice: number
}

const MAX_PER_STATEMENT = 5_000
const RETRY_MS = 250

/** Tells the listeners of a company who types, as far as they may know it at that moment. */
export class TypingDelivery {
  readonly #options: TypingDeliveryOptions
  readonly #untold = new Set<Typist>()
  #isDelivering = false

  constructor(options: TypingDeliveryOptions) {
    this.#options = options
  }

  /** Tells all listeners of the typist's conversation soon. */
  add(typist: Typist): void {
    this.#untold.add(typist)
    if (!this.#isDelivering) void this.#deliver()
  }

  remove(typist: Typist): void {
    this.#untold.delete(typist)
  }

  async #deliver(): Promise<void> {
    this.#isDelivering = true
    while (this.#untold.size > 0) {
      const typists = [...this.#untold]
      this.#untold.clear()
      try {
        await this.#tell(typists)
      } catch (error) {
        this.#options.log.warn({ err: error }, 'who is typing could not be told')
        // Those who still type then are told of once the database answers.
        for (const typist of typists) if (isCurrent(typist)) this.#untold.add(typist)
        await delay(RETRY_MS, undefined, { ref: false })
      }
    }
    this.#isDelivering = false
  }

  /** Changes beyond the capacity of one statement are dropped. */
  async #tell(typists: readonly Typist[]): Promise<void> {
    const tellings = typists.flatMap(tellingsOf).slice(0, MAX_PER_STATEMENT)
    if (tellings.length === 0) return
    const readers = await this.#readersAmong(tellings)
    for (const { typist, listener, notice } of tellings) {
      if (!readers.has(keyOf(pairOf({ typist, listener })))) continue
      if (isCurrent(typist) && wants(listener, typist, notice) && listener.offerTyping(typist.userId, true))
        typist.told.add(listener)
    }
  }

  /** Permissions are checked at delivery by one statement for all. */
  async #readersAmong(tellings: readonly Telling[]): Promise<ReadonlySet<string>> {
    const { system, policy } = this.#options
    const found = await typingReadersAmong(system, tellings.map(pairOf))
    const denied = await policy?.denied(system, found)
    return new Set(found.filter((pair) => !denied?.has(pair)).map(keyOf))
  }
}

function tellingsOf(typist: Typist): Telling[] {
  const { notice, room } = typist
  return [...room.listeners]
    .filter((listener) => wants(listener, typist, notice))
    .map((listener) => ({ typist, listener, notice }))
}

function pairOf({ typist, listener }: Pick<Telling, 'typist' | 'listener'>) {
  return { conversationId: typist.room.conversationId, userId: listener.userId }
}

function keyOf({ conversationId, userId }: { conversationId: string; userId: string }): string {
  return `${conversationId} ${userId}`
}
