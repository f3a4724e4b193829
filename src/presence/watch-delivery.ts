import type { TenantDatabase } from '../database/database.ts'
import { presenceReadersAmong } from '../members/readers.ts'
import { usersById } from '../members/user-row.ts'
import { presenceLag } from '../metrics/feature-metrics.ts'
import { acquaintancesAmong } from './acquaintances.ts'
import type { DeliveredState, PresenceState } from './status.ts'

/** A subscription to presence. */
export interface Watcher {
  readonly userId: string
  /** The people it is about. Undefined for everyone who shares a conversation with the viewer at the time. */
  readonly named: ReadonlySet<string> | undefined
  offer(state: DeliveredState): void
  /** Ends the subscription, because the viewer may no longer see presence. */
  end(): void
}

interface ConcernedWatcher {
  watcher: Watcher
  /** The people whose states it may receive. */
  about: ReadonlySet<string>
}

/**
 * Offers states to the watchers whom they concern, and ends those who may no longer see presence. Permissions are
 * checked at delivery, once for all watchers, and people are loaded once.
 */
export async function deliverStates(
  system: TenantDatabase,
  watchers: ReadonlySet<Watcher>,
  states: readonly PresenceState[],
): Promise<void> {
  const userIds = states.map(({ userId }) => userId)
  const concerned = await watchersOf(system, watchers, userIds)
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
  for (const { changedAt } of delivered)
    if (changedAt !== null) presenceLag.observe(Math.max(0, Date.now() - changedAt) / 1000)
  for (const { watcher, about } of concerned) {
    if (!readers.has(watcher.userId)) watcher.end()
    else for (const state of delivered) if (about.has(state.userId)) watcher.offer(state)
  }
}

/** Ends the subscriptions of people who may no longer see presence. */
export async function endWithoutAccess(
  system: TenantDatabase,
  watchers: ReadonlySet<Watcher>,
): Promise<void> {
  const userIds = new Set([...watchers].map(({ userId }) => userId))
  const readers = await presenceReadersAmong(system, [...userIds])
  for (const watcher of [...watchers]) if (!readers.has(watcher.userId)) watcher.end()
}

async function watchersOf(
  system: TenantDatabase,
  watchers: ReadonlySet<Watcher>,
  userIds: readonly string[],
): Promise<ConcernedWatcher[]> {
  const ofContacts = [...watchers].filter(({ named }) => !named).map(({ userId }) => userId)
  const known = await acquaintancesAmong(system, [...new Set(ofContacts)], userIds, null)
  return [...watchers].flatMap((watcher) => {
    const about = watcher.named ?? known.get(watcher.userId)
    return about && userIds.some((userId) => about.has(userId)) ? { watcher, about } : []
  })
}
