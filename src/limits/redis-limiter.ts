import { randomBytes } from 'node:crypto'
import type { RedisConnections } from '../redis/connection.ts'
import { watchOutage } from '../redis/outage.ts'
import { removeFromRedis, takeInRedis } from '../redis/rate-limit-script.ts'
import type { AcceptedCalls } from './accepted-calls.ts'
import type { Accepted, RateLimiter, RateLimiterOptions, Refused } from './rate-limiter.ts'
import { assertWindows, type RateWindow } from './rate-window.ts'

const ANSWER_WITHIN_MS = 300

/**
 * Creates a limiter that shares the limits through Redis, and enforces them by this process's own calls while Redis
 * does not answer.
 * Accepted calls are also logged in memory, so an outage gives nobody a new allowance in this process. When Redis may
 * have missed or lost calls (an outage has ended, the connection was renewed), the next call of a key first writes the
 * calls that this process accepted. So one process is always exact, and n processes accept at most n times a limit,
 * only during an outage and until those writes.
 */
export function createRedisLimiter(
  options: RateLimiterOptions & { readonly redis: RedisConnections },
  calls: AcceptedCalls,
): RateLimiter {
  const { redis, clock } = options
  const keyPrefix = options.keyPrefix ?? 'colloquy:limit:'
  const node = randomBytes(6).toString('base64url')
  const outage = watchOutage({
    what: 'rate limits',
    probe,
    log: options.log,
    onFallback: options.onFallback,
  })
  let lastId = 0
  let failedKey = ''

  async function take(key: string, windows: readonly RateWindow[]): Promise<Accepted | Refused> {
    assertWindows(windows)
    lastId += 1
    const id = lastId
    if (outage.active()) return verdict(key, windows, id, calls.take(key, windows, id))
    try {
      return verdict(key, windows, id, await askRedis(key, windows, id))
    } catch (error) {
      fall(key, error)
      const waitUs = calls.take(key, windows, id)
      // Redis may still run the command, but a rejected call must not count.
      if (waitUs > 0) calls.disown(key, windows, id)
      return verdict(key, windows, id, waitUs)
    }
  }

  async function askRedis(key: string, windows: readonly RateWindow[], id: number): Promise<number> {
    const epoch = redis.generation() + outage.recoveries()
    const unmerged = calls.unmerged(key, epoch)
    const answer = takeInRedis(redis.commands, {
      key: keyPrefix + key,
      member: member(id),
      nowUs: clock && Math.floor(clock() * 1_000),
      windows,
      missing: unmerged.missing.map(({ id, ageUs }) => ({ member: member(id), ageUs })),
      disowned: unmerged.disowned.map(member),
    })
    const waitUs = await redis.answerWithin(answer, ANSWER_WITHIN_MS)
    calls.merged(key, epoch, unmerged)
    if (waitUs === 0) calls.record(key, windows, id, epoch)
    return waitUs
  }

  function verdict(
    key: string,
    windows: readonly RateWindow[],
    id: number,
    waitUs: number,
  ): Accepted | Refused {
    if (waitUs > 0) return { accepted: false, retryAfterMs: Math.ceil(waitUs / 1_000) }
    return { accepted: true, refund: () => refund(key, windows, id) }
  }

  async function refund(key: string, windows: readonly RateWindow[], id: number): Promise<void> {
    calls.remove(key, id)
    if (outage.active()) return calls.disown(key, windows, id)
    try {
      await redis.answerWithin(removeFromRedis(redis.commands, keyPrefix + key, member(id)), ANSWER_WITHIN_MS)
    } catch (error) {
      fall(key, error)
      calls.disown(key, windows, id)
    }
  }

  function fall(key: string, error: unknown): void {
    if (!outage.active()) failedKey = key
    outage.begin(error)
  }

  /**
   * Runs the script itself, because a Redis that is full or read-only still answers PING; and in the slot of a cluster that failed,
   * because the others may answer.
   */
  function probe(): Promise<number> {
    const windows = [{ max: 1, perMs: 1 }]
    const take = {
      key: `${keyPrefix}probe{${keyPrefix}${failedKey}}`,
      member: node,
      nowUs: undefined,
      windows,
      missing: [],
      disowned: [],
    }
    return redis.answerWithin(takeInRedis(redis.commands, take), ANSWER_WITHIN_MS)
  }

  function member(id: number): string {
    return node + id.toString(36)
  }

  return { take, close: outage.close }
}
