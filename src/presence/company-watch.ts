import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import type { UserRow } from '../database/prisma-types.ts'
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
  /** Compares with the store: announcements may have been lost. `quietly`: nobody is told. */
  reconcile(quietly?: boolean): Promise<void>
}

/** As many people are compared; beyond them a lost announcement is made up for by the next one. */
const MOST_PRESENT = 5_000
const MOST_A_STATEMENT = 100

/** Creates the watch of one company over the chores role bound to it. */
export function createCompanyWatch(chores: TenantDatabase, store: PresenceStore, log: Logger): CompanyWatch {
  const watchers = new Set<Watcher>()
  /** What the watchers were told last; undefined where that failed. */
  const told = new Map<string, PresenceState | undefined>()
  const pending = new Map<string, PresenceState>()
  let delivering = false

  function receive(states: readonly PresenceState[]): void {
    for (const state of states) {
      const last = told.get(state.userId)
      // Two processes' announcements may overtake each other.
      const isOlder = state.changedAt !== null && state.changedAt < (last?.changedAt ?? 0)
      if (last?.status === state.status || isOlder) continue
      told.set(state.userId, state)
      pending.set(state.userId, state)
    }
    if (!delivering && pending.size > 0) void deliverPending()
  }

  async function deliverPending(): Promise<void> {
    delivering = true
    while (pending.size > 0) {
      const states = [...pending.values()].slice(0, MOST_A_STATEMENT)
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
    const known = await acquaintancesAmong(chores, [...new Set(strangers)], userIds, null)
    const concerned = [...watchers].flatMap((watcher) => {
      const about = watcher.named ?? known.get(watcher.userId)
      return about && userIds.some((userId) => about.has(userId)) ? { watcher, about } : []
    })
    if (concerned.length === 0) return
    const viewerIds = [...new Set(concerned.map(({ watcher }) => watcher.userId))]
    const [readers, rows] = await Promise.all([
      presenceReadersAmong(chores, viewerIds),
      chores.query<UserRow>(usersById, [chores.tenant.companyId, userIds]),
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
    const readers = await presenceReadersAmong(chores, [
      ...new Set([...watchers].map(({ userId }) => userId)),
    ])
    for (const watcher of [...watchers]) if (!readers.has(watcher.userId)) watcher.end()
  }

  async function reconcile(quietly = false): Promise<void> {
    const { companyId } = chores.tenant
    const present = await store.present(companyId, MOST_PRESENT)
    const there = new Set(present.map(({ userId }) => userId))
    const missing = [...told].flatMap(([userId, last]) =>
      last?.status === 'OFFLINE' || there.has(userId) ? [] : userId,
    )
    const known = missing.length > 0 ? await store.read(companyId, missing) : []
    const forgotten = new Set(missing)
    for (const { userId } of known) forgotten.delete(userId)
    const gone = [...forgotten].map((userId) => ({ userId, status: 'OFFLINE' as const, changedAt: null }))
    const states = [...present, ...known, ...gone]
    if (quietly) for (const state of states) told.set(state.userId, state)
    else receive(states)
  }

  return { watchers, receive, recheck, reconcile }
}
