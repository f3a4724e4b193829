import { newId } from '../ids.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { type PresenceRow, presenceInRedis } from '../redis/presence-script.ts'
import type { Ask } from './presence-writer.ts'
import { type ShardedPrefixes, shardedPrefixes } from './sharded-prefixes.ts'
import { type OnChange, type PresenceState, type PresenceStatus, presenceTimes } from './status.ts'

/** The dependencies of shared presence. */
export interface SharedPresenceOptions {
  readonly redis: RedisConnections
  /** A clock in milliseconds that replaces that of Redis, for tests. */
  readonly clock?: (() => number) | undefined
  readonly keyPrefix?: string | undefined
  /** Called with every change that a step of this process has made. */
  readonly onChange: OnChange
}

/** Longer than the timeout of rate limits, because a heartbeat may wait. */
const ANSWER_WITHIN_MS = 900
const SWEPT_AT_ONCE = 500
const SWEEPS_PER_RUN = 10

/** Runs the steps of the presence script in Redis. They reject if Redis does not answer in time. */
export class SharedPresence {
  readonly #options: SharedPresenceOptions
  readonly #prefixes: ShardedPrefixes
  readonly #seenLives = new Map<string, string>()

  constructor(options: SharedPresenceOptions) {
    this.#options = options
    // The number is the version of the stored format, because servers of two versions may share a Redis during an update.
    this.#prefixes = shardedPrefixes(options.keyPrefix ?? 'colloquy:presence:2:', options.redis.shards)
  }

  /** Runs a step about people of a company, which comes after the step's name. */
  readonly ask: Ask = (step, companyId, ...rest) =>
    this.#askAt(this.#prefixes.of(companyId), step, companyId, ...rest)

  /** Writes to each shard, because a Redis that is full or read-only still answers PING. */
  async probe(): Promise<void> {
    await Promise.all(this.#prefixes.all.map((prefix) => this.#askAt(prefix, 'probe')))
  }

  /** Checks due people in steps, so that Redis is not blocked, until none is left. */
  async sweep(): Promise<void> {
    await Promise.all(this.#prefixes.all.map((prefix) => this.#sweepAt(prefix)))
  }

  /** Names the lives of Redis in which it was last swept. Another answer means that data were lost. */
  lives(): string {
    return [...this.#seenLives.values()].join()
  }

  async #sweepAt(prefix: string): Promise<void> {
    for (let step = 0; step < SWEEPS_PER_RUN; step += 1) {
      const swept = await this.#askAt(prefix, 'sweep', SWEPT_AT_ONCE, newId())
      if (swept.length < SWEPT_AT_ONCE / 2) return
    }
  }

  async #askAt(keyPrefix: string, ...step: (string | number)[]): Promise<PresenceState[]> {
    const { redis, clock, onChange } = this.#options
    const { idleness, memory } = presenceTimes
    const now = clock && Math.floor(clock())
    const answer = presenceInRedis(redis.commands, { keyPrefix, now, idleness, memory }, ...step)
    const [rows, changes, life] = await redis.answerWithin(answer, ANSWER_WITHIN_MS)
    for (const [companyId, userId, status, changedAt] of changes) {
      onChange({ ...readRow([userId, status, changedAt]), companyId })
    }
    if (life !== '') this.#seenLives.set(keyPrefix, life)
    return rows.map(readRow)
  }
}

function readRow([userId, status, changedAt]: PresenceRow): PresenceState {
  return { userId, status: status as PresenceStatus, changedAt: changedAt === '' ? null : Number(changedAt) }
}
