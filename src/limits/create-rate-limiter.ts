import { rateLimitDecisions } from '../metrics/load-metrics.ts'
import { AcceptedCalls } from './accepted-calls.ts'
import { createMemoryLimiter } from './memory-limiter.ts'
import type { RateLimiter, RateLimiterOptions } from './rate-limiter.ts'
import { createRedisLimiter } from './redis-limiter.ts'

const MAX_KEYS = 100_000
const MAX_CALLS = 2_000_000

/** Creates the limiter for this process. */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const clock = options.clock ?? (() => performance.now())
  const calls = new AcceptedCalls({ maxKeys: options.maxKeys ?? MAX_KEYS, maxCalls: MAX_CALLS }, () =>
    Math.floor(clock() * 1_000),
  )
  return counted(
    options.redis
      ? createRedisLimiter({ ...options, redis: options.redis }, calls)
      : createMemoryLimiter(calls),
  )
}

function counted(limiter: RateLimiter): RateLimiter {
  return {
    close: () => limiter.close(),
    async take(key, windows) {
      const decision = await limiter.take(key, windows)
      rateLimitDecisions.inc({ outcome: decision.accepted ? 'accepted' : 'refused' })
      return decision
    },
  }
}
