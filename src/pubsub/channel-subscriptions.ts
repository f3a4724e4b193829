import type { RedisPubSub } from 'graphql-redis-subscriptions'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import type { RedisConnections } from '../redis/connection.ts'
import { createRetries } from './retries.ts'

const CHANNELS_A_COMMAND = 1_000

/** The channel subscriptions of this process in Redis. */
export interface ChannelSubscriptions {
  /** Resolves when Redis has confirmed the subscription on the current connection. */
  hold(channel: string): Promise<void>
  release(channel: string): void
  close(): void
}

interface ChannelSubscriptionsOptions {
  readonly pubSub: RedisPubSub
  readonly subscriber: RedisConnections['subscriber']
  readonly deliver: (channel: string, payload: string) => void
  /** Called when messages may have been lost, after the subscriptions are restored. */
  readonly onGap: () => void
  readonly log: Logger
}

interface Channel {
  wanted: boolean
  /** The id that RedisPubSub gave the subscription. Undefined until it is confirmed. */
  id: number | undefined
  settling: boolean
  waiting: (() => void)[]
}

/**
 * Subscribes and unsubscribes one step at a time per channel, because RedisPubSub fails if it is asked to unsubscribe
 * while a SUBSCRIBE is pending. Failed steps are repeated until they succeed or the channel is no longer needed.
 */
export function createChannelSubscriptions({
  pubSub,
  subscriber,
  deliver,
  onGap,
  log,
}: ChannelSubscriptionsOptions): ChannelSubscriptions {
  const channels = new Map<string, Channel>()
  const retries = createRetries(() => subscriber.status === 'ready')
  let closed = false
  // Counts connections. Subscriptions of an earlier connection no longer exist.
  let link = 0
  let linkHolds = subscriber.status === 'ready'
  let isFirstLink = !linkHolds
  subscriber.on('ready', onReady)
  subscriber.on('close', onClose)

  function hold(name: string): Promise<void> {
    const channel = channels.get(name) ?? { wanted: true, id: undefined, settling: false, waiting: [] }
    channels.set(name, channel)
    channel.wanted = true
    if (closed || (channel.id !== undefined && linkHolds)) return Promise.resolve()
    const held = new Promise<void>((resolve) => channel.waiting.push(resolve))
    void settle(name, channel)
    return held
  }

  function release(name: string): void {
    const channel = channels.get(name)
    if (!channel) return
    channel.wanted = false
    void settle(name, channel)
  }

  async function settle(name: string, channel: Channel): Promise<void> {
    if (channel.settling) return
    channel.settling = true
    for (let attempt = 1; channel.wanted !== (channel.id !== undefined); attempt += 1) {
      if (channel.id !== undefined) pubSub.unsubscribe(channel.id)
      channel.id = channel.wanted ? await subscribeOnce(name) : undefined
      if (channel.id !== undefined) confirm(channel, attempt)
      else if (channel.wanted) await retries.wait(attempt)
    }
    channel.settling = false
    if (!channel.wanted) channels.delete(name)
  }

  async function subscribeOnce(name: string): Promise<number | undefined> {
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

  function confirm(channel: Channel, attempt: number): void {
    for (const resolve of channel.waiting.splice(0)) resolve()
    if (attempt > 1) onGap()
  }

  async function onReady(): Promise<void> {
    link += 1
    retries.allNow()
    const isGap = !isFirstLink
    isFirstLink = false
    if (!(await resubscribe(link))) return
    linkHolds = true
    for (const channel of channels.values()) if (channel.id !== undefined) confirm(channel, 1)
    if (isGap) onGap()
  }

  /** Repeats the subscriptions on a new connection. False if that connection has ended as well. */
  async function resubscribe(onLink: number): Promise<boolean> {
    for (let attempt = 1; onLink === link && !closed; attempt += 1) {
      try {
        const held = [...channels].filter(([, channel]) => channel.id !== undefined).map(([name]) => name)
        const commands = []
        for (let at = 0; at < held.length; at += CHANNELS_A_COMMAND) {
          commands.push(subscriber.subscribe(...held.slice(at, at + CHANNELS_A_COMMAND)))
        }
        await Promise.all(commands)
        return onLink === link
      } catch (error) {
        log.debug({ reason: reasonOf(error) }, 'resubscribing failed')
        await retries.wait(attempt)
      }
    }
    return false
  }

  function onClose(): void {
    link += 1
    linkHolds = false
  }

  function close(): void {
    closed = true
    subscriber.off('ready', onReady)
    subscriber.off('close', onClose)
    for (const [name, channel] of channels) {
      release(name)
      for (const resolve of channel.waiting.splice(0)) resolve()
    }
    retries.allNow()
  }

  return { hold, release, close }
}
