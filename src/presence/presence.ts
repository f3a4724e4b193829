import type { Logger } from 'pino'
import { startPeriodicTask } from '../concurrency/periodic-task.ts'
import type { Database } from '../database/database.ts'
import { presenceFallback } from '../metrics/metrics.ts'
import type { EphemeralChannel } from '../pubsub/ephemeral.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { createAnnouncer } from './announcer.ts'
import { MemoryStore } from './memory-store.ts'
import { PresenceWatches } from './presence-watches.ts'
import { createActivityRecorder } from './record-activity.ts'
import { createRedisStore } from './redis-store.ts'
import {
  type ClosedSocket,
  type Person,
  type PresenceState,
  type PresenceStatus,
  type PresenceStore,
  presenceTimes,
} from './status.ts'
import type { Watcher } from './watch-delivery.ts'

/** The presence of people, as this process knows it. It is never stored in the database. */
export interface Presence {
  /** Stores a heartbeat of a device. Resolves to the person's presence over all devices. */
  beat(person: Person, deviceId: string, status: PresenceStatus): Promise<PresenceState>
  /** Counts a socket of the person's session in this process. */
  attach(person: Person, session: string): void
  /** Removes a closed socket. Its heartbeats count until the grace period ends, unless there is a newer one. */
  leave(person: Person, socket: ClosedSocket): void
  /** Records an activity of the person. */
  recordActivity(person: Person): void
  /** Returns the presence of these people in the given order. Unknown people are OFFLINE. */
  read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]>
  /** Returns the people of the company who are not offline, at most 5,000. */
  present(companyId: string): Promise<PresenceState[]>
  /** Offers the watcher every later change that it may see. The returned function ends this. */
  watch(companyId: string, watcher: Watcher): Promise<() => void>
  /** Ends the subscriptions of people in the company who may no longer see presence. */
  recheck(companyId: string): void
  close(): void
}

/** The dependencies of presence. */
export interface PresenceOptions {
  readonly database: Database
  readonly channel: EphemeralChannel
  readonly log: Logger
  /** Shares presence between processes. Without Redis it stays in this process's memory. */
  readonly redis?: RedisConnections | undefined
  /** A clock in milliseconds that replaces those of the process and of Redis, for tests. */
  readonly clock?: (() => number) | undefined
}

const SWEEP_MS = 500
const RECONCILE_MS = 30_000
const MAX_PRESENT = 5_000

/** Creates the presence of this process. */
export function createPresence({ database, channel, log, redis, clock }: PresenceOptions): Presence {
  const announcer = createAnnouncer(channel)
  const onChange = announcer.add
  const store: PresenceStore = redis
    ? createRedisStore({ redis, log, clock, onChange, onFallback, onRenewed })
    : new MemoryStore(clock ?? Date.now, onChange)
  const activity = createActivityRecorder(store, clock ?? Date.now)
  const watches = new PresenceWatches({ database, channel, store, log })
  // A sweep of Redis that hangs does not keep the next one from sweeping this process.
  const sweeping = startPeriodicTask(async () => void store.sweep(), { everyMs: SWEEP_MS })
  const reconciling = startPeriodicTask(async () => watches.reconcile(), { everyMs: RECONCILE_MS })
  channel.onGap(() => watches.reconcile())

  function onFallback(active: boolean): void {
    if (active) watches.pause()
    presenceFallback.set(active ? 1 : 0)
    watches.forgetTimes()
  }

  function onRenewed(): void {
    watches.forgetTimes()
    watches.resume()
  }

  return {
    beat: (person, deviceId, status) =>
      store.beat(person, { deviceId, status, heldMs: presenceTimes.silence }),
    attach: (person, session) => void store.attach(person, session),
    leave: (person, socket) => void store.leave(person, socket),
    recordActivity: activity.recordActivity,
    read: (companyId, userIds) => readAll(store, companyId, userIds),
    present: (companyId) => store.present(companyId, MAX_PRESENT),
    watch: (companyId, watcher) => watches.add(companyId, watcher),
    recheck: (companyId) => watches.recheck(companyId),
    close() {
      void sweeping.stop()
      void reconciling.stop()
      watches.close()
      announcer.close()
      store.close()
    },
  }
}

async function readAll(
  store: PresenceStore,
  companyId: string,
  userIds: readonly string[],
): Promise<PresenceState[]> {
  if (userIds.length === 0) return []
  const known = new Map((await store.read(companyId, userIds)).map((state) => [state.userId, state]))
  return userIds.map((userId) => known.get(userId) ?? { userId, status: 'OFFLINE', changedAt: null })
}
