import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from '../policy/policy.ts'
import { isCurrent, type TypingListener, type Typist, wants } from './room.ts'
import { typingReadersAmong } from './typing-readers.ts'

/** The company and the rules that decide who is notified. */
export interface TypingDeliveryOptions {
  /** The system role bound to the company. */
  readonly system: TenantDatabase
  readonly log: Logger
  readonly policy?: Policy | undefined
}

/** A notice of one typist to one listener. */
interface PendingNotice {
  readonly typist: Typist
  readonly listener: TypingListener
  readonly notice: number
}

const MAX_PER_STATEMENT = 5_000
const RETRY_MS = 250

/** Notifies the listeners of a company of the people who are typing, if they may know it at that moment. */
export class TypingDelivery {
  readonly #options: TypingDeliveryOptions
  readonly #pending = new Set<Typist>()
  #isDelivering = false

  constructor(options: TypingDeliveryOptions) {
    this.#options = options
  }

  /** Notifies all listeners of the typist's conversation soon. */
  add(typist: Typist): void {
    this.#pending.add(typist)
    if (!this.#isDelivering) void this.#deliver()
  }

  remove(typist: Typist): void {
    this.#pending.delete(typist)
  }

  async #deliver(): Promise<void> {
    this.#isDelivering = true
    while (this.#pending.size > 0) {
      const typists = [...this.#pending]
      this.#pending.clear()
      try {
        await this.#notify(typists)
      } catch (error) {
        this.#options.log.warn({ err: error }, 'typing could not be delivered')
        // Listeners are notified of those who still type once the database answers.
        for (const typist of typists) if (isCurrent(typist)) this.#pending.add(typist)
        await delay(RETRY_MS, undefined, { ref: false })
      }
    }
    this.#isDelivering = false
  }

  /** Changes beyond the capacity of one statement are dropped. */
  async #notify(typists: readonly Typist[]): Promise<void> {
    const notices = typists.flatMap(noticesOf).slice(0, MAX_PER_STATEMENT)
    if (notices.length === 0) return
    const readers = await this.#readersAmong(notices)
    for (const { typist, listener, notice } of notices) {
      if (!readers.has(keyOf(pairOf({ typist, listener })))) continue
      if (isCurrent(typist) && wants(listener, typist, notice) && listener.offerTyping(typist.userId, true))
        typist.told.add(listener)
    }
  }

  /** Permissions are checked at delivery by one statement for all. */
  async #readersAmong(notices: readonly PendingNotice[]): Promise<ReadonlySet<string>> {
    const { system, policy } = this.#options
    const found = await typingReadersAmong(system, notices.map(pairOf))
    const denied = await policy?.denied(system, found)
    return new Set(found.filter((pair) => !denied?.has(pair)).map(keyOf))
  }
}

function noticesOf(typist: Typist): PendingNotice[] {
  const { notice, room } = typist
  return [...room.listeners]
    .filter((listener) => wants(listener, typist, notice))
    .map((listener) => ({ typist, listener, notice }))
}

function pairOf({ typist, listener }: Pick<PendingNotice, 'typist' | 'listener'>) {
  return { conversationId: typist.room.conversationId, userId: listener.userId }
}

function keyOf({ conversationId, userId }: { conversationId: string; userId: string }): string {
  return `${conversationId} ${userId}`
}
