import type { Logger } from 'pino'
import type { RedisConnections } from '../../redis/connection.ts'
import { createInProcessWakeUps } from './in-process-wake-ups.ts'
import { createRedisWakeUps } from './redis-wake-ups.ts'
import type { WakeUps } from './wake-ups.ts'

/** What the wake-up channel is made of. */
export interface WakeUpsOptions {
  readonly log: Logger
  /** Reaches every process on this Redis; without it only this process. */
  readonly redis?: RedisConnections | undefined
  /** Keeps deployments that share a Redis apart. */
  readonly channelPrefix?: string | undefined
}

/** Creates this process's wake-up channel. */
export function createWakeUps({ log, redis, channelPrefix = 'colloquy:live:' }: WakeUpsOptions): WakeUps {
  return redis ? createRedisWakeUps(redis, log, channelPrefix) : createInProcessWakeUps(log)
}
