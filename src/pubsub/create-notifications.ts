import type { Logger } from 'pino'
import type { RedisConnections } from '../redis/connection.ts'
import { createInProcessNotifications } from './in-process-notifications.ts'
import type { Notifications } from './notifications.ts'
import { createRedisNotifications } from './redis-notifications.ts'

/** The dependencies of the notification channel. */
export interface NotificationsOptions {
  readonly log: Logger
  /** Reaches all processes on this Redis. Without it, only this process is reached. */
  readonly redis?: RedisConnections | undefined
  /** Separates deployments that share a Redis. */
  readonly channelPrefix?: string | undefined
}

/** Creates this process's notification channel. */
export function createNotifications({
  log,
  redis,
  channelPrefix = 'colloquy:live:',
}: NotificationsOptions): Notifications {
  return redis ? createRedisNotifications(redis, log, channelPrefix) : createInProcessNotifications(log)
}
