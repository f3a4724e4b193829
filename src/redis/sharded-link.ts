import { EventEmitter } from 'node:events'
import type { Cluster } from 'ioredis'

/**
 * Subscriptions to the sharded channels of a Redis Cluster, as one connection in subscriber mode. Each channel belongs to a slot, and
 * is heard from the master that has it. `ready` is also emitted when slots have other masters, because those know nothing of the
 * subscriptions, and `close` when a master is gone.
 */
export class ShardedLink extends EventEmitter {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    super()
    this.#cluster = cluster
    cluster.on('ready', () => this.emit('ready'))
    cluster.on('subscribersReady', () => this.status === 'ready' && this.emit('ready'))
    cluster.on('close', () => this.emit('close'))
    cluster.on('-subscriber', () => this.emit('close'))
    cluster.on('smessage', (channel: string, payload: string) => this.emit('message', channel, payload))
  }

  get status(): string {
    return this.#cluster.status
  }

  /** One command for each, because a command takes the channels of one slot alone. */
  subscribe(...channels: string[]): Promise<unknown> {
    return Promise.all(channels.map((channel) => this.#cluster.ssubscribe(channel)))
  }

  unsubscribe(...channels: string[]): Promise<unknown> {
    return Promise.all(channels.map((channel) => this.#cluster.sunsubscribe(channel)))
  }

  ping(): Promise<string> {
    return this.#cluster.ping()
  }
}
