import pLimit from 'p-limit'
import type { Logger } from 'pino'
import { newId } from '../ids.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { watchOutage } from '../redis/outage.ts'
import { type PresenceRow, presenceInRedis } from '../redis/presence-script.ts'
import { createMemoryStore } from './memory-store.ts'
import { createPresenceWriter } from './presence-writer.ts'
import { createSessionSockets } from './session-sockets.ts'
import { shardedPrefixes } from './sharded-prefixes.ts'
import {
  type Beat,
  type ClosedSocket,
  type OnChange,
  type Person,
  type PresenceState,
  type PresenceStatus,
  type PresenceStore,
  presenceTimes,
} from './status.ts'

/** The dependencies of the shared store. */
export interface RedisStoreOptions {
  readonly redis: RedisConnections
  readonly log: Logger
  /** A clock in milliseconds that replaces those of the process and of Redis, for tests. */
  readonly clock?: (() => number) | undefined
  readonly keyPrefix?: string | undefined
  readonly onChange: OnChange
  /** Called with true when the store stops using Redis, with false when it uses it again. */
  readonly onFallback?: ((active: boolean) => void) | undefined
  /** Called when all that this process knows has been written to Redis again. */
  readonly onRenewed: () => void
}

/** Longer than the timeout of rate limits, because a heartbeat may wait. */
const ANSWER_WITHIN_MS = 900
/**
 * Maximum number of concurrent commands. When thousands of sockets close together, the last must not time out while the
 * first are processed.
 */
const MAX_CONCURRENT = 200
const SWEPT_AT_ONCE = 500
const SWEEPS_PER_RUN = 10
const TOLD_AT_ONCE = 200

/**
 * Creates a store that shares presence through Redis. It also records all devices of this process in memory, uses them
 * while Redis does not answer, and writes them to Redis when it may have missed or lost them.
 */
export function createRedisStore(options: RedisStoreOptions): PresenceStore {
  const { redis, clock, onChange, onRenewed } = options
  // The number is the version of the stored format, because servers of two versions may share a Redis during an update.
  const prefixes = shardedPrefixes(options.keyPrefix ?? 'colloquy:presence:2:', redis.shards)
  const now = clock ?? Date.now
  const memory = createMemoryStore(now, (change) => {
    if (outage.active()) onChange(change)
  })
  const outage = watchOutage({
    what: 'presence and its changes',
    // The probe writes, because a Redis that is full or read-only still answers PING.
    probe: () => Promise.all(prefixes.all.map((prefix) => askAt(prefix, 'probe'))),
    log: options.log,
    onFallback: options.onFallback,
  })
  const writer = createPresenceWriter(ask, newId())
  const withPermit = pLimit(MAX_CONCURRENT)
  const sockets = createSessionSockets()
  const seenLives = new Map<string, string>()
  let toldEpoch = ''
  let isSweeping = false

  /** Runs a step about people of a company, which comes after the step's name. */
  function ask(step: string, companyId: string, ...rest: (string | number)[]): Promise<PresenceState[]> {
    return askAt(prefixes.of(companyId), step, companyId, ...rest)
  }

  async function askAt(keyPrefix: string, ...step: (string | number)[]): Promise<PresenceState[]> {
    const { idleness, memory } = presenceTimes
    const now = clock && Math.floor(clock())
    const answer = presenceInRedis(redis.commands, { keyPrefix, now, idleness, memory }, ...step)
    const [rows, changes, life] = await redis.answerWithin(answer, ANSWER_WITHIN_MS)
    for (const [companyId, userId, status, changedAt] of changes) {
      onChange({ ...readRow([userId, status, changedAt]), companyId })
    }
    if (life !== '') seenLives.set(keyPrefix, life)
    return rows.map(readRow)
  }

  /** Runs the step in Redis, or in memory while Redis fails. */
  function ifShared<T>(inRedis: () => Promise<T>, inMemory: () => Promise<T>): Promise<T> {
    return withPermit(async () => {
      if (outage.active()) return inMemory()
      try {
        return await inRedis()
      } catch (error) {
        outage.begin(error)
        return inMemory()
      }
    })
  }

  function beat(person: Person, beat: Beat): Promise<PresenceState> {
    const noteIt = () => memory.beat(person, beat)
    return ifShared(async () => {
      const { deviceId, status, heldMs } = beat
      const [state] = await ask('beat', person.companyId, person.userId, deviceId, status, heldMs)
      const noted = await noteIt()
      return state ?? noted
    }, noteIt)
  }

  function attach(person: Person, session: string): Promise<void> {
    sockets.attach({ person, session })
    const noteIt = () => memory.attach(person, session)
    return ifShared(async () => {
      await writer.ofSocket({ person, session }, false)
      await noteIt()
    }, noteIt)
  }

  function leave(person: Person, socket: ClosedSocket): Promise<void> {
    const { session } = socket
    if (session !== undefined) sockets.leave({ person, session })
    const at = now()
    return ifShared(
      async () => {
        const told = writer.ofLeave(person, socket, 0)
        // Once now, so that the device is not copied as if it were present; and again afterwards, after a heartbeat
        // that was under way.
        await memory.leave(person, socket)
        await told
        await memory.leave(person, socket)
      },
      async () => {
        // The session may have a new socket since the failed command was sent.
        const isBack = session !== undefined && sockets.isOpen({ person, session })
        if (session !== undefined && !isBack) sockets.missed({ person, socket: { ...socket, session }, at })
        await memory.leave(person, isBack ? { ...socket, session: undefined } : socket)
      },
    )
  }

  function recordActivity(person: Person): Promise<void> {
    const noteIt = () => memory.recordActivity(person)
    return ifShared(async () => {
      await ask('record_activity', person.companyId, person.userId)
      await noteIt()
    }, noteIt)
  }

  function read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]> {
    return ifShared(
      () => ask('read', companyId, ...userIds),
      () => memory.read(companyId, userIds),
    )
  }

  function present(companyId: string, max: number): Promise<PresenceState[]> {
    return ifShared(
      async () => (await ask('present', companyId, max)).filter(({ status }) => status !== 'OFFLINE'),
      () => memory.present(companyId, max),
    )
  }

  async function sweep(): Promise<void> {
    await memory.sweep()
    // No command has failed yet, so there is no fallback to begin.
    if (isSweeping || outage.active() || !redis.status().commands) return
    isSweeping = true
    await ifShared(
      async () => {
        await sweepShared()
        await handOver()
      },
      async () => {},
    ).finally(() => {
      isSweeping = false
    })
  }

  /** Checks due people in steps, so that Redis is not blocked, until none is left. */
  async function sweepShared(): Promise<void> {
    await Promise.all(prefixes.all.map(sweepAt))
  }

  async function sweepAt(prefix: string): Promise<void> {
    for (let step = 0; step < SWEEPS_PER_RUN; step += 1) {
      const swept = await askAt(prefix, 'sweep', SWEPT_AT_ONCE, newId())
      if (swept.length < SWEPT_AT_ONCE / 2) return
    }
  }

  /** Writes this process's devices to Redis if it may have missed or lost them. */
  async function handOver(): Promise<void> {
    const epoch = `${redis.generation()} ${outage.recoveries()} ${[...seenLives.values()].join()}`
    if (epoch === toldEpoch) return
    // States are read at the time of writing. Sockets come before devices, because a device counts only while its
    // session has a socket.
    await inSlices(sockets.untold(), async (leave) => {
      if (!sockets.isUntold(leave)) return
      await writer.ofLeave(leave.person, leave.socket, now() - leave.at)
      sockets.told(leave)
    })
    await inSlices(sockets.open(), async (session) => {
      if (sockets.isOpen(session)) await writer.ofSocket(session, true)
    })
    await inSlices(memory.held(), async (device) => {
      const held = memory.heldDevice(device)
      if (held) await writer.ofDevice(held)
    })
    toldEpoch = epoch
    onRenewed()
  }

  return { beat, attach, leave, recordActivity, read, present, sweep, close: outage.close }
}

async function inSlices<T>(items: readonly T[], tell: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += TOLD_AT_ONCE) {
    await Promise.all(items.slice(at, at + TOLD_AT_ONCE).map(tell))
  }
}

function readRow([userId, status, changedAt]: PresenceRow): PresenceState {
  return { userId, status: status as PresenceStatus, changedAt: changedAt === '' ? null : Number(changedAt) }
}
