import type { RedisPubSub } from 'graphql-redis-subscriptions'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { createRetries, type Retries } from './retries.ts'
import type { ShardedPubSub } from './sharded-pubsub.ts'

const CHANNELS_A_COMMAND = 1_000

/** The dependencies of channel subscriptions. */
export interface ChannelSubscriptionsOptions {
  readonly pubSub: Pick<RedisPubSub, 'subscribe' | 'unsubscribe'> | ShardedPubSub
  readonly subscriber: RedisConnections['subscriber']
  readonly deliver: (channel: string, payload: string) => void
  /** Called when messages may have been lost, after the subscriptions are restored. */
  readonly onGap: () => void
  readonly log: Logger
}

/** One channel, and the work on its subscription. */
interface Channel {
  readonly name: string
  isWanted: boolean
  /** The id that RedisPubSub gave the subscription. Undefined until it is confirmed. */
  id: number | undefined
  /** True while steps bring the subscription to what is wanted. */
  isSettling: boolean
  waiting: (() => void)[]
}

/**
 * The channel subscriptions of this process in Redis. It subscribes and unsubscribes one step at a time per channel,
 * because RedisPubSub fails if it is asked to unsubscribe while a SUBSCRIBE is pending. Failed steps are repeated until
 * they succeed or the channel is no longer needed.
 */
export class ChannelSubscriptions {
  readonly #options: ChannelSubscriptionsOptions
  readonly #retries: Retries
  readonly #channels = new Map<string, Channel>()
  /** `opening`: there was no connection yet. `down`: the subscriptions of the last one no longer exist. */
  #link: 'opening' | 'up' | 'down'
  /** Counts connections, and their ends. */
  #links = 0
  #isClosed = false

  constructor(options: ChannelSubscriptionsOptions) {
    const { subscriber } = options
    this.#options = options
    this.#retries = createRetries(() => subscriber.status === 'ready')
    this.#link = subscriber.status === 'ready' ? 'up' : 'opening'
    subscriber.on('ready', this.#onReady)
    subscriber.on('close', this.#onClose)
  }

  /** Resolves when Redis has confirmed the subscription on the current connection. */
  hold(name: string): Promise<void> {
    const channel = this.#channels.get(name) ?? {
      name,
      isWanted: true,
      id: undefined,
      isSettling: false,
      waiting: [],
    }
    this.#channels.set(name, channel)
    channel.isWanted = true
    if (this.#isClosed || (channel.id !== undefined && this.#link === 'up')) return Promise.resolve()
    const held = new Promise<void>((resolve) => channel.waiting.push(resolve))
    void this.#settle(channel)
    return held
  }

  release(name: string): void {
    const channel = this.#channels.get(name)
    if (!channel) return
    channel.isWanted = false
    void this.#settle(channel)
  }

  close(): void {
    const { subscriber } = this.#options
    this.#isClosed = true
    subscriber.off('ready', this.#onReady)
    subscriber.off('close', this.#onClose)
    for (const [name, channel] of this.#channels) {
      this.release(name)
      for (const resolve of channel.waiting.splice(0)) resolve()
    }
    this.#retries.allNow()
  }

  async #settle(channel: Channel): Promise<void> {
    if (channel.isSettling) return
    channel.isSettling = true
    const { pubSub } = this.#options
    for (let attempt = 1; channel.isWanted !== (channel.id !== undefined); attempt += 1) {
      if (channel.id !== undefined) pubSub.unsubscribe(channel.id)
      channel.id = channel.isWanted ? await this.#subscribeOnce(channel.name) : undefined
      if (channel.id !== undefined) this.#confirm(channel, attempt > 1)
      else if (channel.isWanted) await this.#retries.wait(attempt)
    }
    channel.isSettling = false
    if (!channel.isWanted) this.#channels.delete(channel.name)
  }

  async #subscribeOnce(name: string): Promise<number | undefined> {
    const { pubSub, deliver, log } = this.#options
    const attempt = pubSub.subscribe(name, (payload: string) => deliver(name, payload))
    // On failure RedisPubSub also rejects a promise of its own, which only a second caller handles.
    const second = pubSub.subscribe(name, () => {})
    try {
      const [id, secondId] = await Promise.all([attempt, second])
      pubSub.unsubscribe(secondId)
      return id
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'SUBSCRIBE failed, trying again')
      return undefined
    }
  }

  #confirm({ waiting }: Channel, isGap: boolean): void {
    for (const resolve of waiting.splice(0)) resolve()
    if (isGap) this.#options.onGap()
  }

  readonly #onReady = async (): Promise<void> => {
    this.#links += 1
    this.#retries.allNow()
    const isGap = this.#link !== 'opening'
    this.#link = 'down'
    if (!(await this.#resubscribe(this.#links))) return
    this.#link = 'up'
    for (const channel of this.#channels.values()) if (channel.id !== undefined) this.#confirm(channel, false)
    if (isGap) this.#options.onGap()
  }

  readonly #onClose = (): void => {
    this.#links += 1
    if (this.#link === 'up') this.#link = 'down'
  }

  /** Repeats the subscriptions on a new connection. False if that connection has ended as well. */
  async #resubscribe(link: number): Promise<boolean> {
    const { subscriber, log } = this.#options
    for (let attempt = 1; link === this.#links && !this.#isClosed; attempt += 1) {
      try {
        const held = [...this.#channels.values()].flatMap(({ name, id }) => (id === undefined ? [] : [name]))
        const commands = []
        for (let at = 0; at < held.length; at += CHANNELS_A_COMMAND) {
          commands.push(subscriber.subscribe(...held.slice(at, at + CHANNELS_A_COMMAND)))
        }
        await Promise.all(commands)
        return link === this.#links
      } catch (error) {
        log.debug({ reason: reasonOf(error) }, 'resubscribing failed')
        await this.#retries.wait(attempt)
      }
    }
    return false
  }
}
