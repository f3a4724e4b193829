import pLimit from 'p-limit'
import type { Logger } from 'pino'
import { newId } from '../ids.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { watchOutage } from '../redis/outage.ts'
import { type PresenceRow, presenceInRedis } from '../redis/presence-script.ts'
import { createMemoryStore } from './memory-store.ts'
import { createPresenceWriter } from './presence-writer.ts'
import { createSessionSockets } from './session-sockets.ts'
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

/** Everything that the shared store needs. */
export interface RedisStoreOptions {
  readonly redis: RedisConnections
  readonly log: Logger
  /** A clock in milliseconds that replaces those of the process and of Redis. */
  readonly clock?: (() => number) | undefined
  readonly keyPrefix?: string | undefined
  readonly onChange: OnChange
  /** Called when the store stops (true) and resumes (false) asking Redis. */
  readonly onFallback?: ((active: boolean) => void) | undefined
  /** Called when Redis knows again what this process knows. */
  readonly onRenewed: () => void
}

/** Longer than for the rate limits: a heartbeat may wait. */
const ANSWER_WITHIN_MS = 900
/** When thousands of sockets close together, the last is not to wait for its answer while the first are worked on. */
const MAX_CONCURRENT = 200
const SWEPT_AT_ONCE = 500
const SWEEPS_PER_RUN = 10
const TOLD_AT_ONCE = 200

/**
 * Shares presence through Redis, and keeps it by what this process hears while Redis does not answer. What this process
 * hears is noted in memory all the time, and handed over whenever Redis may have missed or forgotten it.
 */
export function createRedisStore(options: RedisStoreOptions): PresenceStore {
  const { redis, clock, onChange, onRenewed } = options
  // Numbered by what the keys hold, since servers of two versions may share a Redis for a while.
  const keyPrefix = options.keyPrefix ?? 'colloquy:presence:2:'
  const now = clock ?? Date.now
  const memory = createMemoryStore(now, (change) => {
    if (outage.active()) onChange(change)
  })
  const outage = watchOutage({
    what: 'presence and its changes',
    // It writes: a Redis that is full or read-only answers PING all the same.
    probe: () => ask('probe'),
    log: options.log,
    onFallback: options.onFallback,
  })
  const writer = createPresenceWriter(ask, newId())
  const withPermit = pLimit(MAX_CONCURRENT)
  const sockets = createSessionSockets()
  let seenLife = ''
  let toldEpoch = ''
  let isSweeping = false

  async function ask(...step: (string | number)[]): Promise<PresenceState[]> {
    const { idleness, memory } = presenceTimes
    const now = clock && Math.floor(clock())
    const answer = presenceInRedis(redis.commands, { keyPrefix, now, idleness, memory }, ...step)
    const [rows, changes, life] = await redis.answerWithin(answer, ANSWER_WITHIN_MS)
    for (const [companyId, userId, status, changedAt] of changes) {
      onChange({ ...readRow([userId, status, changedAt]), companyId })
    }
    if (life !== '') seenLife = life
    return rows.map(readRow)
  }

  /** Asks Redis, or this process's memory while Redis is given up on. */
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
        // Now, so that nobody hands it over as if it were there; and in order, after a beat that is still under way.
        await memory.leave(person, socket)
        await told
        await memory.leave(person, socket)
      },
      async () => {
        // The answer may have been waited for until the session was back.
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
    // Nobody has asked in vain yet, so there is nothing to fall back from.
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

  /** In steps that do not hold Redis up, until nobody is due. */
  async function sweepShared(): Promise<void> {
    for (let step = 0; step < SWEEPS_PER_RUN; step += 1) {
      const swept = await ask('sweep', SWEPT_AT_ONCE, newId())
      if (swept.length < SWEPT_AT_ONCE / 2) return
    }
  }

  /** Tells Redis what this process knows if it may not know it: it was away, or has forgotten. */
  async function handOver(): Promise<void> {
    const epoch = `${redis.generation()} ${outage.recoveries()} ${seenLife}`
    if (epoch === toldEpoch) return
    // Everything as it is when it is written; sockets before devices, which they hold.
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
