import { randomBytes } from 'node:crypto'
import type { RedisConnections } from '../redis/connection.ts'
import { type Outage, watchOutage } from '../redis/outage.ts'
import { removeFromRedis, takeInRedis } from '../redis/rate-limit-script.ts'
import type { AcceptedCalls } from './accepted-calls.ts'
import type { Accepted, RateLimiter, RateLimiterOptions, Refused } from './rate-limiter.ts'
import { assertWindows, type RateWindow } from './rate-window.ts'

type RedisLimiterOptions = RateLimiterOptions & { readonly redis: RedisConnections }

const ANSWER_WITHIN_MS = 300

/**
 * A limiter that shares the limits through Redis, and enforces them by this process's own calls while Redis does not
 * answer.
 * Accepted calls are also logged in memory, so an outage gives nobody a new allowance in this process. When Redis may
 * have missed or lost calls (an outage has ended, the connection was renewed), the next call of a key first writes the
 * calls that this process accepted. So one process is always exact, and n processes accept at most n times a limit,
 * only during an outage and until those writes.
 */
class RedisLimiter implements RateLimiter {
  readonly #redis: RedisConnections
  readonly #clock: (() => number) | undefined
  readonly #keyPrefix: string
  readonly #calls: AcceptedCalls
  readonly #outage: Outage
  readonly #node = randomBytes(6).toString('base64url')
  #lastId = 0
  #failedKey = ''

  constructor(options: RedisLimiterOptions, calls: AcceptedCalls) {
    const { redis, clock, log, onFallback } = options
    this.#redis = redis
    this.#clock = clock
    this.#keyPrefix = options.keyPrefix ?? 'colloquy:limit:'
    this.#calls = calls
    const probe = () => this.#probe()
    this.#outage = watchOutage({ what: 'rate limits', probe, log, onFallback })
  }

  async take(key: string, windows: readonly RateWindow[]): Promise<Accepted | Refused> {
    assertWindows(windows)
    this.#lastId += 1
    const id = this.#lastId
    if (this.#outage.active()) return this.#verdict(key, windows, id, this.#calls.take(key, windows, id))
    try {
      return this.#verdict(key, windows, id, await this.#askRedis(key, windows, id))
    } catch (error) {
      this.#beginOutage(key, error)
      const waitUs = this.#calls.take(key, windows, id)
      // Redis may still run the command, but a rejected call must not count.
      if (waitUs > 0) this.#calls.disown(key, windows, id)
      return this.#verdict(key, windows, id, waitUs)
    }
  }

  close(): void {
    this.#outage.close()
  }

  async #askRedis(key: string, windows: readonly RateWindow[], id: number): Promise<number> {
    const epoch = this.#redis.generation() + this.#outage.recoveries()
    const unmerged = this.#calls.unmerged(key, epoch)
    const answer = takeInRedis(this.#redis.commands, {
      key: this.#keyPrefix + key,
      member: this.#member(id),
      nowUs: this.#clock && Math.floor(this.#clock() * 1_000),
      windows,
      missing: unmerged.missing.map(({ id, ageUs }) => ({ member: this.#member(id), ageUs })),
      disowned: unmerged.disowned.map((id) => this.#member(id)),
    })
    const waitUs = await this.#redis.answerWithin(answer, ANSWER_WITHIN_MS)
    this.#calls.merged(key, epoch, unmerged)
    if (waitUs === 0) this.#calls.record(key, windows, id, epoch)
    return waitUs
  }

  #verdict(key: string, windows: readonly RateWindow[], id: number, waitUs: number): Accepted | Refused {
    if (waitUs > 0) return { accepted: false, retryAfterMs: Math.ceil(waitUs / 1_000) }
    return { accepted: true, refund: () => this.#refund(key, windows, id) }
  }

  async #refund(key: string, windows: readonly RateWindow[], id: number): Promise<void> {
    this.#calls.remove(key, id)
    if (this.#outage.active()) return this.#calls.disown(key, windows, id)
    try {
      const removed = removeFromRedis(this.#redis.commands, this.#keyPrefix + key, this.#member(id))
      await this.#redis.answerWithin(removed, ANSWER_WITHIN_MS)
    } catch (error) {
      this.#beginOutage(key, error)
      this.#calls.disown(key, windows, id)
    }
  }

  #beginOutage(key: string, error: unknown): void {
    if (!this.#outage.active()) this.#failedKey = key
    this.#outage.begin(error)
  }

  /**
   * Runs the script itself, because a Redis that is full or read-only still answers PING. In a cluster it runs in the
   * slot that failed, because others may answer.
   */
  #probe(): Promise<number> {
    const take = {
      key: `${this.#keyPrefix}probe{${this.#keyPrefix}${this.#failedKey}}`,
      member: this.#node,
      nowUs: undefined,
      windows: [{ max: 1, perMs: 1 }],
      missing: [],
      disowned: [],
    }
    return this.#redis.answerWithin(takeInRedis(this.#redis.commands, take), ANSWER_WITHIN_MS)
  }

  #member(id: number): string {
    return this.#node + id.toString(36)
  }
}

/** Creates a limiter that shares the limits through Redis. `calls` are those that this process accepts. */
export function createRedisLimiter(options: RedisLimiterOptions, calls: AcceptedCalls): RateLimiter {
  return new RedisLimiter(options, calls)
}
