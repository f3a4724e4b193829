import { RedisPubSub } from 'graphql-redis-subscriptions'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { ChannelSubscriptions } from './channel-subscriptions.ts'
import { GapListeners } from './gap-listeners.ts'
import { createListeners, type Listeners } from './listeners.ts'
import type { Notifications, Unsubscribe } from './notifications.ts'
import { ShardedPubSub } from './sharded-pubsub.ts'

const HOLD_WITHIN_MS = 2_000

/** Notifications between all processes on the same Redis whose channels have the same prefix. */
class RedisNotifications implements Notifications {
  readonly #pubSub: RedisPubSub | ShardedPubSub
  readonly #listeners: Listeners
  readonly #subscriptions: ChannelSubscriptions
  readonly #gaps: GapListeners
  readonly #log: Logger
  readonly #channelPrefix: string
  #isPublishing = true
  #isClosed = false

  constructor(redis: RedisConnections, log: Logger, channelPrefix: string) {
    this.#log = log
    this.#channelPrefix = channelPrefix
    this.#pubSub = openPubSub(redis)
    this.#listeners = createListeners(log)
    this.#gaps = new GapListeners(log)
    this.#subscriptions = new ChannelSubscriptions({
      pubSub: this.#pubSub,
      subscriber: redis.subscriber,
      deliver: this.#listeners.deliver,
      onGap: () => this.#gaps.report(),
      log,
    })
  }

  async publish(channel: string, payload: string): Promise<void> {
    try {
      await this.#pubSub.publish(this.#channelPrefix + channel, payload)
    } catch (error) {
      return this.#failed(error)
    }
    if (this.#isPublishing) return
    this.#isPublishing = true
    this.#log.info('notifications are published again')
    this.#gaps.report()
  }

  async subscribe(channel: string, onMessage: (payload: string) => void): Promise<Unsubscribe> {
    if (this.#isClosed) return () => {}
    const name = this.#channelPrefix + channel
    const leave = this.#listeners.add(name, onMessage)
    await atMost(HOLD_WITHIN_MS, this.#subscriptions.hold(name))
    return () => {
      leave()
      if (!this.#listeners.has(name)) this.#subscriptions.release(name)
    }
  }

  onGap(listener: () => void): void {
    this.#gaps.add(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#gaps.close()
    this.#subscriptions.close()
    this.#listeners.clear()
  }

  /** Reports the first of several failures: each message until the next success may be lost. */
  #failed(error: unknown): void {
    if (!this.#isPublishing) return
    this.#isPublishing = false
    if (!this.#isClosed)
      this.#log.warn({ reason: reasonOf(error) }, 'notifications cannot be published: Redis does not answer')
    this.#gaps.report()
  }
}

/** Creates notifications between all processes on the same Redis whose channels have the same prefix. */
export function createRedisNotifications(
  redis: RedisConnections,
  log: Logger,
  channelPrefix: string,
): Notifications {
  return new RedisNotifications(redis, log, channelPrefix)
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
