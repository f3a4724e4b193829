import type { Logger } from 'pino'
import { startPeriodicTask } from '../concurrency/periodic-task.ts'
import { Shared } from '../concurrency/shared.ts'
import type { Database } from '../database/database.ts'
import { presenceFallback, presenceWatches } from '../metrics/metrics.ts'
import type { EphemeralChannel } from '../pubsub/ephemeral.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { createAnnouncer } from './announcer.ts'
import { type CompanyWatch, createCompanyWatch, RETURN_MS, type Watcher } from './company-watch.ts'
import { createMemoryStore } from './memory-store.ts'
import { createActivityRecorder } from './record-activity.ts'
import { createRedisStore } from './redis-store.ts'
import {
  type ClosedSocket,
  type Person,
  type PresenceState,
  type PresenceStatus,
  presenceTimes,
} from './status.ts'

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

interface OpenWatch {
  watch: CompanyWatch
  opened: Promise<() => void>
}

const SWEEP_MS = 500
const RECONCILE_MS = 30_000
const MAX_PRESENT = 5_000

/** Creates the presence of this process. */
export function createPresence({ database, channel, log, redis, clock }: PresenceOptions): Presence {
  const announcer = createAnnouncer(channel)
  const onChange = announcer.add
  const store = redis
    ? createRedisStore({ redis, log, clock, onChange, onFallback, onRenewed })
    : createMemoryStore(clock ?? Date.now, onChange)
  const activity = createActivityRecorder(store, clock ?? Date.now)
  const watches = new Shared<string, OpenWatch>(
    ({ opened }) => void opened.then((close) => close()).catch(() => {}),
  )
  let isAlone = false
  let comparingAgain: NodeJS.Timeout | undefined
  // A sweep of Redis that hangs does not keep the next one from sweeping this process.
  const sweeping = startPeriodicTask(async () => void store.sweep(), { everyMs: SWEEP_MS })
  const reconciling = startPeriodicTask(async () => reconcileAll(), { everyMs: RECONCILE_MS })
  channel.onGap(reconcileAll)

  function onFallback(active: boolean): void {
    isAlone ||= active
    presenceFallback.set(active ? 1 : 0)
    forgetTimes()
  }

  function onRenewed(): void {
    isAlone = false
    forgetTimes()
    reconcileAll()
  }

  /** The known times come from the clock of Redis or of this process, and the other clock is used from now on. */
  function forgetTimes(): void {
    for (const { watch } of watches.values()) watch.forgetTimes()
  }

  function reconcileAll(): void {
    // Without Redis nothing is known about people at other processes, not even that they have gone.
    if (isAlone) return
    for (const { watch } of watches.values()) {
      watch
        .reconcile()
        .then((isInDoubt) => isInDoubt && reconcileAgain())
        .catch((error) => log.warn({ err: error }, 'presence could not be compared'))
    }
  }

  function recheck(companyId: string): void {
    const held = watches.get(companyId)
    held?.watch.recheck().catch((error) => {
      log.warn({ err: error }, 'who may see presence could not be read')
      // The permissions are unknown, so the subscriptions end. Clients subscribe again.
      for (const watcher of [...held.watch.watchers]) watcher.end()
    })
  }

  function reconcileAgain(): void {
    comparingAgain ??= setTimeout(() => {
      comparingAgain = undefined
      reconcileAll()
    }, RETURN_MS).unref()
  }

  async function watch(companyId: string, watcher: Watcher): Promise<() => void> {
    const held = watches.hold(companyId, () => open(companyId))
    const { watchers } = held.value.watch
    try {
      await held.value.opened
    } catch (error) {
      held.release()
      throw error
    }
    watchers.add(watcher)
    presenceWatches.inc()
    return () => {
      if (watchers.delete(watcher)) presenceWatches.dec()
      held.release()
    }
  }

  function open(companyId: string): OpenWatch {
    const watch = createCompanyWatch(database.forSystem(companyId), store, log)
    return { watch, opened: listen(companyId, watch) }
  }

  async function listen(companyId: string, watch: CompanyWatch): Promise<() => void> {
    const unsubscribe = await channel.listen(companyId, (message) => {
      if (message.kind === 'presence') watch.receive(message.states)
    })
    await watch.reconcile(true)
    return unsubscribe
  }

  async function read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]> {
    if (userIds.length === 0) return []
    const known = new Map((await store.read(companyId, userIds)).map((state) => [state.userId, state]))
    return userIds.map((userId) => known.get(userId) ?? { userId, status: 'OFFLINE', changedAt: null })
  }

  return {
    beat: (person, deviceId, status) =>
      store.beat(person, { deviceId, status, heldMs: presenceTimes.silence }),
    attach: (person, session) => void store.attach(person, session),
    leave: (person, socket) => void store.leave(person, socket),
    recordActivity: activity.recordActivity,
    read,
    present: (companyId) => store.present(companyId, MAX_PRESENT),
    watch,
    recheck,
    close() {
      void sweeping.stop()
      void reconciling.stop()
      clearTimeout(comparingAgain)
      announcer.close()
      store.close()
    },
  }
}
