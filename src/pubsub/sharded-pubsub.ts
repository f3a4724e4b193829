import type { RedisConnections } from '../redis/connection.ts'

type Links = Extract<RedisConnections, { sharded: object }>
type OnMessage = (payload: string) => void

/** The subscriptions to one channel, and the command that makes them. */
interface Channel {
  readonly subscribed: Promise<unknown>
  readonly listeners: Map<number, OnMessage>
}

/** Publishes and subscribes as RedisPubSub does, through the sharded channels of a Redis Cluster. */
export class ShardedPubSub {
  readonly #cluster: Links['sharded']
  readonly #subscriber: Links['subscriber']
  readonly #channels = new Map<string, Channel>()
  readonly #names = new Map<number, string>()
  #lastId = 0

  constructor(cluster: Links['sharded'], subscriber: Links['subscriber']) {
    this.#cluster = cluster
    this.#subscriber = subscriber
    subscriber.on('message', (name: string, payload: string) => {
      for (const listener of this.#channels.get(name)?.listeners.values() ?? []) listener(payload)
    })
  }

  async publish(name: string, payload: string): Promise<void> {
    await this.#cluster.spublish(name, payload)
  }

  /** Resolves to the id of the subscription. Rejects if the cluster does not confirm it. */
  async subscribe(name: string, onMessage: OnMessage): Promise<number> {
    const channel = this.#channels.get(name) ?? {
      subscribed: this.#subscriber.subscribe(name),
      listeners: new Map<number, OnMessage>(),
    }
    this.#channels.set(name, channel)
    this.#lastId += 1
    const id = this.#lastId
    channel.listeners.set(id, onMessage)
    this.#names.set(id, name)
    try {
      await channel.subscribed
      return id
    } catch (error) {
      this.#names.delete(id)
      if (this.#channels.get(name) === channel) this.#channels.delete(name)
      throw error
    }
  }

  unsubscribe(id: number): void {
    const name = this.#names.get(id)
    const channel = name === undefined ? undefined : this.#channels.get(name)
    if (name === undefined || !channel?.listeners.delete(id)) return
    this.#names.delete(id)
    if (channel.listeners.size > 0) return
    this.#channels.delete(name)
    void this.#subscriber.unsubscribe(name).catch(() => {})
  }
}
