import { createSemaphore } from '../concurrency/semaphore.ts'
import type { Services } from '../context.ts'
import { createRateLimiter } from '../limits/create-rate-limiter.ts'
import { createMemorySightings } from '../limits/memory-sightings.ts'
import { createOpenCounts } from '../limits/open-counts.ts'
import { createRedisSightings } from '../limits/redis-sightings.ts'
import { createWork } from '../limits/work.ts'
import { rateLimiterFallback } from '../metrics/metrics.ts'
import type { RedisConnections } from '../redis/connection.ts'
import type { Opening } from './opening.ts'

/** At most 8 subscriptions catch up concurrently, 4 per company. */
const MAX_CATCHING_UP = 8
const MAX_CATCHING_UP_PER_COMPANY = 4

/** The services that bound what people and companies may do. */
export type Limits = Pick<
  Services,
  'limiter' | 'sightings' | 'sendLimitCeiling' | 'subscriptions' | 'catchUps' | 'work'
>

/** Creates the limits, which processes on the same Redis share. */
export function openLimits(
  { environment, log, options, undo }: Opening,
  redis: RedisConnections | undefined,
): Limits {
  const limiter = createRateLimiter({
    log,
    redis,
    clock: options.limiterClock,
    onFallback: (active) => rateLimiterFallback.set(active ? 1 : 0),
  })
  undo.push(async () => limiter.close())
  const { workBudgetPerPerson: perPerson, workBudgetPerCompany: perCompany } = environment
  return {
    limiter,
    sightings: redis ? createRedisSightings(redis) : createMemorySightings(),
    sendLimitCeiling: environment.sendLimitCeiling,
    subscriptions: createOpenCounts(environment.subscriptionsPerUser),
    catchUps: createSemaphore({ total: MAX_CATCHING_UP, perCompany: MAX_CATCHING_UP_PER_COMPANY }),
    work: createWork({ perPerson, perCompany }),
  }
}
