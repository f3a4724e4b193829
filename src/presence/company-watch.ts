import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import type { PresenceState, PresenceStore } from './status.ts'
import { deliverStates, endWithoutAccess, type Watcher } from './watch-delivery.ts'
import { WatchDoubts } from './watch-doubts.ts'

/** The company of a watch, and the source of its states. */
export interface CompanyWatchOptions {
  /** The system role bound to the company. */
  readonly system: TenantDatabase
  readonly store: PresenceStore
  readonly log: Logger
}

/** Maximum number of people to compare. For others a lost announcement is corrected by the next one. */
const MAX_PRESENT = 5_000
const MAX_PER_STATEMENT = 100

/** The presence of the people of one company, for the watchers of this process. */
export class CompanyWatch {
  readonly watchers = new Set<Watcher>()
  readonly #options: CompanyWatchOptions
  /** The last state delivered to watchers, by person. Undefined if the delivery failed. */
  readonly #delivered = new Map<string, PresenceState | undefined>()
  readonly #pending = new Map<string, PresenceState>()
  readonly #doubts = new WatchDoubts()
  #isDelivering = false

  constructor(options: CompanyWatchOptions) {
    this.#options = options
  }

  /** Takes announced states and offers them to the watchers who may see them. */
  receive(states: readonly PresenceState[]): void {
    for (const state of states) {
      // Announcements of two processes may arrive in the wrong order.
      const deliveredAt = this.#delivered.get(state.userId)?.changedAt ?? 0
      const isOlder = state.changedAt !== null && state.changedAt < deliveredAt
      if (!isOlder) this.#take(state)
    }
    this.#beginDelivery()
  }

  /** Ends the subscriptions of people who may no longer see presence. */
  recheck(): Promise<void> {
    return endWithoutAccess(this.#options.system, this.watchers)
  }

  /**
   * Compares the watched states with the store, because announcements may have been lost. Resolves to true if it should
   * be repeated soon, because the store does not know a person who was not offline. With `quietly`, differences are
   * stored without notifying watchers.
   */
  async reconcile(quietly = false): Promise<boolean> {
    const before = new Map(this.#delivered)
    for (const state of await this.#statesInStore()) {
      // A state that was announced during the comparison is newer. For other people the store is right, whatever the
      // times.
      if (this.#delivered.get(state.userId) !== before.get(state.userId)) continue
      if (quietly) this.#delivered.set(state.userId, state)
      else this.#take(state)
    }
    this.#beginDelivery()
    return this.#doubts.areThere
  }

  /** Forgets the times of all states, because the store uses another clock now. */
  forgetTimes(): void {
    for (const [userId, state] of this.#delivered)
      if (state) this.#delivered.set(userId, { ...state, changedAt: null })
  }

  /** Returns who is there, and of the others who were not offline what the store knows. */
  async #statesInStore(): Promise<PresenceState[]> {
    const { system, store } = this.#options
    const { companyId } = system.tenant
    const present = await store.present(companyId, MAX_PRESENT)
    const there = new Set(present.map(({ userId }) => userId))
    const missing = [...this.#delivered].flatMap(([userId, last]) =>
      last?.status === 'OFFLINE' || there.has(userId) ? [] : userId,
    )
    const read = missing.length > 0 ? await store.read(companyId, missing) : []
    const known = read.filter(({ changedAt }) => changedAt !== null)
    const unknown = new Set(missing)
    for (const { userId } of known) unknown.delete(userId)
    return [...present, ...known, ...this.#doubts.settle(unknown)]
  }

  /** Stores a state and delivers it if it differs from the last one. */
  #take(state: PresenceState): void {
    const hasChanged = this.#delivered.get(state.userId)?.status !== state.status
    this.#delivered.set(state.userId, state)
    if (hasChanged) this.#pending.set(state.userId, state)
  }

  #beginDelivery(): void {
    if (!this.#isDelivering && this.#pending.size > 0) void this.#deliverPending()
  }

  async #deliverPending(): Promise<void> {
    this.#isDelivering = true
    while (this.#pending.size > 0) {
      const states = [...this.#pending.values()].slice(0, MAX_PER_STATEMENT)
      for (const { userId } of states) this.#pending.delete(userId)
      try {
        await deliverStates(this.#options.system, this.watchers, states)
      } catch (error) {
        this.#options.log.warn({ err: error }, 'presence could not be delivered')
        for (const { userId } of states) this.#delivered.set(userId, undefined)
      }
    }
    this.#isDelivering = false
  }
}
