import { RedisPubSub } from 'graphql-redis-subscriptions'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { ChannelSubscriptions } from './channel-subscriptions.ts'
import { createListeners } from './listeners.ts'
import type { Notifications, Unsubscribe } from './notifications.ts'
import { ShardedPubSub } from './sharded-pubsub.ts'

const HOLD_WITHIN_MS = 2_000

/** Creates notifications between all processes on the same Redis whose channels have the same prefix. */
export function createRedisNotifications(
  redis: RedisConnections,
  log: Logger,
  channelPrefix: string,
): Notifications {
  const { subscriber } = redis
  const pubSub = openPubSub(redis)
  const listeners = createListeners(log)
  const subscriptions = new ChannelSubscriptions({
    pubSub,
    subscriber,
    deliver: listeners.deliver,
    onGap: reportGap,
    log,
  })
  const gapListeners: (() => void)[] = []
  let gapIsDue = false
  let publishing = true
  let closed = false

  async function publish(channel: string, payload: string): Promise<void> {
    try {
      await pubSub.publish(channelPrefix + channel, payload)
    } catch (error) {
      if (publishing && !closed)
        log.warn({ reason: reasonOf(error) }, 'notifications cannot be published: Redis does not answer')
      if (publishing) reportGap()
      publishing = false
      return
    }
    if (publishing) return
    publishing = true
    log.info('notifications are published again')
    reportGap()
  }

  async function subscribe(channel: string, onMessage: (payload: string) => void): Promise<Unsubscribe> {
    if (closed) return () => {}
    const name = channelPrefix + channel
    const leave = listeners.add(name, onMessage)
    await atMost(HOLD_WITHIN_MS, subscriptions.hold(name))
    return () => {
      leave()
      if (!listeners.has(name)) subscriptions.release(name)
    }
  }

  /** Reports at most one gap per tick, because thousands of channels come back together after an outage. */
  function reportGap(): void {
    if (gapIsDue || closed) return
    gapIsDue = true
    setImmediate(() => {
      gapIsDue = false
      if (!closed) for (const listener of gapListeners) tell(listener)
    })
  }

  function tell(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      log.error({ err: error }, 'a gap listener failed')
    }
  }

  async function close(): Promise<void> {
    closed = true
    subscriptions.close()
    listeners.clear()
  }

  return { publish, subscribe, onGap: (listener) => void gapListeners.push(listener), close }
}

function openPubSub({ commands, subscriber, sharded }: RedisConnections): RedisPubSub | ShardedPubSub {
  if (sharded) return new ShardedPubSub(sharded, subscriber)
  return new RedisPubSub({ publisher: commands, subscriber, serializer: String, deserializer: String })
}

function atMost(ms: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void done.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
