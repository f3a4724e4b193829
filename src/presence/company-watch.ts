import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import { presenceReadersAmong } from '../members/readers.ts'
import { usersById } from '../members/user-row.ts'
import { acquaintancesAmong } from './acquaintances.ts'
import type { DeliveredState, PresenceState, PresenceStore } from './status.ts'

/** A subscription to presence. */
export interface Watcher {
  readonly userId: string
  /** The people it is about. Undefined for everyone who shares a conversation with the viewer at the time. */
  readonly named: ReadonlySet<string> | undefined
  offer(state: DeliveredState): void
  /** Ends the subscription, because the viewer may no longer see presence. */
  end(): void
}

/** The presence of the people of one company, for the watchers of this process. */
export interface CompanyWatch {
  readonly watchers: Set<Watcher>
  /** Takes announced states and offers them to the watchers who may see them. */
  receive(states: readonly PresenceState[]): void
  /** Ends the subscriptions of people who may no longer see presence. */
  recheck(): Promise<void>
  /**
   * Compares the watched states with the store, because announcements may have been lost. Resolves to true if it should
   * be repeated soon, because the store does not know a person who was not offline. With `quietly`, differences are
   * stored without telling watchers.
   */
  reconcile(quietly?: boolean): Promise<boolean>
  /** Forgets the times of all states, because the store uses another clock now. */
  forgetTimes(): void
}

/** Maximum number of people to compare. For others a lost announcement is corrected by the next one. */
const MAX_PRESENT = 5_000
const MAX_PER_STATEMENT = 100
/** After Redis has lost its data, every process writes its devices again within this time. */
export const RETURN_MS = 5_000

/** Creates the watch of one company with the system role bound to it. */
export function createCompanyWatch(system: TenantDatabase, store: PresenceStore, log: Logger): CompanyWatch {
  const watchers = new Set<Watcher>()
  /** The last state that watchers were told. Undefined if the delivery failed. */
  const told = new Map<string, PresenceState | undefined>()
  const pending = new Map<string, PresenceState>()
  /** People who were not offline and whom the store does not know, with the time in milliseconds since when. */
  let doubted = new Map<string, number>()
  let delivering = false

  function receive(states: readonly PresenceState[]): void {
    for (const state of states) {
      // Announcements of two processes may arrive in the wrong order.
      const isOlder = state.changedAt !== null && state.changedAt < (told.get(state.userId)?.changedAt ?? 0)
      if (!isOlder) take(state)
    }
    if (!delivering && pending.size > 0) void deliverPending()
  }

  /** Stores a state and delivers it if it differs from the last one. */
  function take(state: PresenceState): void {
    const hasChanged = told.get(state.userId)?.status !== state.status
    told.set(state.userId, state)
    if (hasChanged) pending.set(state.userId, state)
  }

  async function deliverPending(): Promise<void> {
    delivering = true
    while (pending.size > 0) {
      const states = [...pending.values()].slice(0, MAX_PER_STATEMENT)
      for (const { userId } of states) pending.delete(userId)
      try {
        await deliver(states)
      } catch (error) {
        log.warn({ err: error }, 'presence could not be delivered')
        for (const { userId } of states) told.set(userId, undefined)
      }
    }
    delivering = false
  }

  /** Permissions are checked at delivery, once for all watchers, and people are loaded once. */
  async function deliver(states: readonly PresenceState[]): Promise<void> {
    const userIds = states.map(({ userId }) => userId)
    const strangers = [...watchers].filter(({ named }) => !named).map(({ userId }) => userId)
    const known = await acquaintancesAmong(system, [...new Set(strangers)], userIds, null)
    const concerned = [...watchers].flatMap((watcher) => {
      const about = watcher.named ?? known.get(watcher.userId)
      return about && userIds.some((userId) => about.has(userId)) ? { watcher, about } : []
    })
    if (concerned.length === 0) return
    const viewerIds = [...new Set(concerned.map(({ watcher }) => watcher.userId))]
    const [readers, rows] = await Promise.all([
      presenceReadersAmong(system, viewerIds),
      system.query(usersById, { companyId: system.tenant.companyId, ids: userIds }),
    ])
    const delivered = rows.flatMap((user) => {
      const state = states.find(({ userId }) => userId === user.id)
      return state ? { ...state, user } : []
    })
    for (const { watcher, about } of concerned) {
      if (!readers.has(watcher.userId)) watcher.end()
      else for (const state of delivered) if (about.has(state.userId)) watcher.offer(state)
    }
  }

  async function recheck(): Promise<void> {
    const readers = await presenceReadersAmong(system, [
      ...new Set([...watchers].map(({ userId }) => userId)),
    ])
    for (const watcher of [...watchers]) if (!readers.has(watcher.userId)) watcher.end()
  }

  async function reconcile(quietly = false): Promise<boolean> {
    const { companyId } = system.tenant
    const before = new Map(told)
    const present = await store.present(companyId, MAX_PRESENT)
    const there = new Set(present.map(({ userId }) => userId))
    const missing = [...told].flatMap(([userId, last]) =>
      last?.status === 'OFFLINE' || there.has(userId) ? [] : userId,
    )
    const read = missing.length > 0 ? await store.read(companyId, missing) : []
    const known = read.filter(({ changedAt }) => changedAt !== null)
    const gone = goneAmong(missing, known)
    for (const state of [...present, ...known, ...gone]) {
      // A state that was announced during the comparison is newer. For other people the store is right, whatever the
      // times.
      if (told.get(state.userId) !== before.get(state.userId)) continue
      if (quietly) told.set(state.userId, state)
      else take(state)
    }
    if (!delivering && pending.size > 0) void deliverPending()
    return doubted.size > 0
  }

  /** Returns people as offline whom no process has written to the store again within RETURN_MS. */
  function goneAmong(missing: readonly string[], known: readonly PresenceState[]): PresenceState[] {
    const time = performance.now()
    const unknown = new Set(missing)
    for (const { userId } of known) unknown.delete(userId)
    const since = new Map([...unknown].map((userId) => [userId, doubted.get(userId) ?? time]))
    const gone = [...unknown].filter((userId) => (since.get(userId) ?? time) <= time - RETURN_MS)
    for (const userId of gone) since.delete(userId)
    doubted = since
    return gone.map((userId) => ({ userId, status: 'OFFLINE', changedAt: null }))
  }

  function forgetTimes(): void {
    for (const [userId, state] of told) if (state) told.set(userId, { ...state, changedAt: null })
  }

  return { watchers, receive, recheck, reconcile, forgetTimes }
}
