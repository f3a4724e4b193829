import pLimit from 'p-limit'
import type { Logger } from 'pino'
import { newId } from '../ids.ts'
import { type Outage, watchOutage } from '../redis/outage.ts'
import { handOver } from './hand-over.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'
import { createPresenceWriter, type PresenceWriter } from './presence-writer.ts'
import { createSessionSockets } from './session-sockets.ts'
import { SharedPresence, type SharedPresenceOptions } from './shared-presence.ts'
import type { Beat, ClosedSocket, Person, PresenceState, PresenceStore } from './status.ts'

/** The dependencies of the shared store. `clock` replaces that of the process as well. */
export interface RedisStoreOptions extends SharedPresenceOptions {
  readonly log: Logger
  /** Called with true when the store stops using Redis, with false when it uses it again. */
  readonly onFallback?: ((active: boolean) => void) | undefined
  /** Called when all that this process knows has been written to Redis again. */
  readonly onRenewed: () => void
}

/**
 * Maximum number of concurrent commands. When thousands of sockets close together, the last must not time out while the
 * first are processed.
 */
const MAX_CONCURRENT = 200

/**
 * A store that shares presence through Redis. It also records all devices of this process in memory, uses them while
 * Redis does not answer, and writes them to Redis when it may have missed or lost them.
 */
class RedisStore implements PresenceStore {
  readonly #options: RedisStoreOptions
  readonly #now: () => number
  readonly #shared: SharedPresence
  readonly #memory: MemoryStore
  readonly #outage: Outage
  readonly #writer: PresenceWriter
  readonly #sockets = createSessionSockets()
  readonly #withPermit = pLimit(MAX_CONCURRENT)
  #writtenEpoch = ''
  #isSweeping = false

  constructor(options: RedisStoreOptions) {
    const { log, onChange, onFallback } = options
    this.#options = options
    this.#now = options.clock ?? Date.now
    this.#shared = new SharedPresence(options)
    this.#memory = createMemoryStore(this.#now, (change) => {
      if (this.#outage.active()) onChange(change)
    })
    const probe = () => this.#shared.probe()
    this.#outage = watchOutage({ what: 'presence and its changes', probe, log, onFallback })
    this.#writer = createPresenceWriter(this.#shared.ask, newId())
  }

  beat(person: Person, beat: Beat): Promise<PresenceState> {
    const noteIt = () => this.#memory.beat(person, beat)
    return this.#ifShared(async () => {
      const { deviceId, status, heldMs } = beat
      const [state] = await this.#shared.ask(
        'beat',
        person.companyId,
        person.userId,
        deviceId,
        status,
        heldMs,
      )
      const noted = await noteIt()
      return state ?? noted
    }, noteIt)
  }

  attach(person: Person, session: string): Promise<void> {
    this.#sockets.attach({ person, session })
    const noteIt = () => this.#memory.attach(person, session)
    return this.#ifShared(async () => {
      await this.#writer.ofSocket({ person, session }, false)
      await noteIt()
    }, noteIt)
  }

  leave(person: Person, socket: ClosedSocket): Promise<void> {
    const { session } = socket
    if (session !== undefined) this.#sockets.leave({ person, session })
    const at = this.#now()
    return this.#ifShared(
      () => this.#leaveShared(person, socket),
      () => this.#leaveInMemory(person, socket, at),
    )
  }

  recordActivity(person: Person): Promise<void> {
    const noteIt = () => this.#memory.recordActivity(person)
    return this.#ifShared(async () => {
      await this.#shared.ask('record_activity', person.companyId, person.userId)
      await noteIt()
    }, noteIt)
  }

  read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]> {
    return this.#ifShared(
      () => this.#shared.ask('read', companyId, ...userIds),
      () => this.#memory.read(companyId, userIds),
    )
  }

  present(companyId: string, max: number): Promise<PresenceState[]> {
    return this.#ifShared(
      async () =>
        (await this.#shared.ask('present', companyId, max)).filter(({ status }) => status !== 'OFFLINE'),
      () => this.#memory.present(companyId, max),
    )
  }

  async sweep(): Promise<void> {
    await this.#memory.sweep()
    // No command has failed yet, so there is no fallback to begin.
    if (this.#isSweeping || this.#outage.active() || !this.#options.redis.status().commands) return
    this.#isSweeping = true
    await this.#ifShared(
      async () => {
        await this.#shared.sweep()
        await this.#handOver()
      },
      async () => {},
    ).finally(() => {
      this.#isSweeping = false
    })
  }

  close(): void {
    this.#outage.close()
  }

  /** Runs the step in Redis, or in memory while Redis fails. */
  #ifShared<T>(inRedis: () => Promise<T>, inMemory: () => Promise<T>): Promise<T> {
    return this.#withPermit(async () => {
      if (this.#outage.active()) return inMemory()
      try {
        return await inRedis()
      } catch (error) {
        this.#outage.begin(error)
        return inMemory()
      }
    })
  }

  async #leaveShared(person: Person, socket: ClosedSocket): Promise<void> {
    const written = this.#writer.ofLeave(person, socket, 0)
    // Once now, so that the device is not copied as if it were present; and again afterwards, after a heartbeat that
    // was under way.
    await this.#memory.leave(person, socket)
    await written
    await this.#memory.leave(person, socket)
  }

  /** `at` is when the socket closed: the session may have a new one since the failed command was sent. */
  async #leaveInMemory(person: Person, socket: ClosedSocket, at: number): Promise<void> {
    const { session } = socket
    const isBack = session !== undefined && this.#sockets.isOpen({ person, session })
    if (session !== undefined && !isBack)
      this.#sockets.addMissed({ person, socket: { ...socket, session }, at })
    await this.#memory.leave(person, isBack ? { ...socket, session: undefined } : socket)
  }

  /** Writes this process's devices to Redis if it may have missed or lost them. */
  async #handOver(): Promise<void> {
    const epoch = `${this.#options.redis.generation()} ${this.#outage.recoveries()} ${this.#shared.lives()}`
    if (epoch === this.#writtenEpoch) return
    await handOver({ sockets: this.#sockets, memory: this.#memory, writer: this.#writer, now: this.#now })
    this.#writtenEpoch = epoch
    this.#options.onRenewed()
  }
}

/** Creates the store that this process shares with others through Redis. */
export function createRedisStore(options: RedisStoreOptions): PresenceStore {
  return new RedisStore(options)
}
