import type { Logger } from 'pino'
import type { RedisConnections } from '../redis/connection.ts'
import { createInProcessNotifications } from './in-process-notifications.ts'
import type { Notifications } from './notifications.ts'
import { createRedisNotifications } from './redis-notifications.ts'

/** Everything that the notification channel needs. */
export interface NotificationsOptions {
  readonly log: Logger
  /** Reaches every process on this Redis; without it only this process. */
  readonly redis?: RedisConnections | undefined
  /** Keeps deployments that share a Redis apart. */
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
