import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import { presenceReadersAmong } from '../members/readers.ts'
import { usersById } from '../members/user-row.ts'
import { acquaintancesAmong } from './acquaintances.ts'
import type { DeliveredState, PresenceState, PresenceStore } from './status.ts'

/** One subscription to presence. */
export interface Watcher {
  readonly userId: string
  /** Whom it is about; undefined for those the viewer shares a conversation with at the time. */
  readonly named: ReadonlySet<string> | undefined
  offer(state: DeliveredState): void
  /** The viewer may not see presence any more. */
  end(): void
}

/** The presence of one company as this process's watchers see it. */
export interface CompanyWatch {
  readonly watchers: Set<Watcher>
  /** Takes in what was announced, and offers it to whoever may see it. */
  receive(states: readonly PresenceState[]): void
  /** Ends the subscriptions of those who may not see presence any more. */
  recheck(): Promise<void>
  /**
   * Compares with the store: announcements may have been lost. Resolves to whether it is to be done again soon: the store
   * does not know somebody who was there. `quietly`: nobody is told.
   */
  reconcile(quietly?: boolean): Promise<boolean>
  /** The store's times do not compare any more with those of before. */
  forgetTimes(): void
}

/** As many people are compared; beyond them a lost announcement is made up for by the next one. */
const MAX_PRESENT = 5_000
const MAX_PER_STATEMENT = 100
/** A Redis that has forgotten everything is told again by each process what it knows, within this time. */
export const RETURN_MS = 5_000

/** Creates the watch of one company over the system role bound to it. */
export function createCompanyWatch(system: TenantDatabase, store: PresenceStore, log: Logger): CompanyWatch {
  const watchers = new Set<Watcher>()
  /** What the watchers were told last; undefined where that failed. */
  const told = new Map<string, PresenceState | undefined>()
  const pending = new Map<string, PresenceState>()
  /** Those who were there and whom the store does not know, and since when in milliseconds. */
  let doubted = new Map<string, number>()
  let delivering = false

  function receive(states: readonly PresenceState[]): void {
    for (const state of states) {
      // Two processes' announcements may overtake each other.
      const isOlder = state.changedAt !== null && state.changedAt < (told.get(state.userId)?.changedAt ?? 0)
      if (!isOlder) take(state)
    }
    if (!delivering && pending.size > 0) void deliverPending()
  }

  /** Takes a state in, to be delivered if it differs from what was told last. */
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

  /** Who may see what is decided at delivery, for all watchers together, and the people are read once. */
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
      // Whoever was announced meanwhile is known better than that; for the others the store is right, whatever the times.
      if (told.get(state.userId) !== before.get(state.userId)) continue
      if (quietly) told.set(state.userId, state)
      else take(state)
    }
    if (!delivering && pending.size > 0) void deliverPending()
    return doubted.size > 0
  }

  /** Who is not known is gone once nobody has told the store of them for long enough. */
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
