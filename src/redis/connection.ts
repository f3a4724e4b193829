import type { Cluster, Redis, RedisOptions } from 'ioredis'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import { connectCluster } from './cluster.ts'
import { withDeadline } from './deadline.ts'
import { GuardedRedis } from './guarded-redis.ts'
import { startHeartbeat } from './heartbeat.ts'
import { COMMAND_TIMEOUT_MS, linkOptions, reconnectDelayMs, scripts } from './link-options.ts'
import type { ShardedLink } from './sharded-link.ts'

/** The state of the two connections to Redis. */
export interface RedisStatus {
  readonly ready: boolean
  readonly commands: boolean
  readonly subscriber: boolean
}

/**
 * The process's connections to Redis: two to one server, or some to each of a cluster. They reconnect for ever, and their
 * commands fail fast instead of waiting.
 */
export type RedisConnections = CommonConnections & (ServerLinks | ClusterLinks)

interface ServerLinks {
  readonly sharded: undefined
  readonly commands: Redis
  /** The connection in subscriber mode: only SUBSCRIBE, UNSUBSCRIBE and PING. It does not resubscribe by itself. */
  readonly subscriber: Redis
}

interface ClusterLinks {
  /** The cluster, whose channels are sharded. */
  readonly sharded: Cluster
  readonly commands: Cluster
  readonly subscriber: ShardedLink
}

interface CommonConnections {
  /** Number of shards over which keys are spread, each in one slot. 1 without a cluster. */
  readonly shards: number
  /** Counts how often the command connection became ready, or a cluster had other masters. After a change Redis may have lost its data. */
  generation(): number
  status(): RedisStatus
  /** Resolves like the answer. Rejects if it takes longer than `ms`, or than `minWaitMs` if that is longer. */
  answerWithin<T>(answer: Promise<T>, ms: number): Promise<T>
  /** Resolves to true if both connections become ready within `timeoutMs` milliseconds. */
  whenReady(timeoutMs: number): Promise<boolean>
  close(): Promise<void>
}

/**
 * Opens the connections to a `redis://` or `rediss://` (TLS) address, or to the cluster that several such addresses, with commas
 * between them, belong to. It does not wait, and never throws later. `minWaitMs` is the minimum time to wait for every answer.
 */
export function connectRedis(addresses: string, log: Logger, { minWaitMs = 0 } = {}): RedisConnections {
  const urls = addresses.split(',')
  return urls.length > 1
    ? connectCluster(urls, log, { minWaitMs })
    : connectServer(addresses, log, { minWaitMs })
}

function connectServer(url: string, log: Logger, { minWaitMs = 0 }): RedisConnections {
  const open = (role: string, options: RedisOptions) =>
    openLink(url, role, Math.max(COMMAND_TIMEOUT_MS, minWaitMs), options, log)
  const commands = open('commands', { enableAutoPipelining: true, scripts })
  const subscriber = open('subscriber', { autoResubscribe: false })
  const stops = [commands, subscriber].map(startHeartbeat)
  let generation = 0
  commands.on('ready', () => {
    generation += 1
  })

  function status(): RedisStatus {
    const up = { commands: commands.status === 'ready', subscriber: subscriber.status === 'ready' }
    return { ...up, ready: up.commands && up.subscriber }
  }

  async function whenReady(timeoutMs: number): Promise<boolean> {
    const deadline = AbortSignal.timeout(timeoutMs)
    await Promise.all([commands, subscriber].map((client) => becomeReady(client, deadline)))
    return status().ready
  }

  async function close(): Promise<void> {
    for (const stop of stops) stop()
    await Promise.all([commands, subscriber].map(quit))
  }

  return {
    commands,
    subscriber,
    sharded: undefined,
    shards: 1,
    generation: () => generation,
    status,
    answerWithin: (answer, ms) => withDeadline(answer, Math.max(ms, minWaitMs)),
    whenReady,
    close,
  }
}

function openLink(
  url: string,
  role: string,
  answerWithinMs: number,
  options: RedisOptions,
  log: Logger,
): Redis {
  const client = new GuardedRedis(url, answerWithinMs, {
    ...linkOptions,
    connectionName: `colloquy-${role}`,
    retryStrategy: reconnectDelayMs,
    // A failover leaves this connection on a replica. A new connection finds the primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...options,
  })
  reportOutages(client, log.child({ link: role }))
  return client
}

function reportOutages(client: Redis, log: Logger): void {
  let down = false
  let reason = 'the link was closed'
  client.on('error', (error: Error) => {
    reason = reasonOf(error)
  })
  client.on('reconnecting', () => {
    if (!down) log.warn({ reason }, 'Redis is not reachable, reconnecting')
    down = true
  })
  client.on('ready', () => {
    if (down) log.info('Redis is reachable again')
    down = false
    reason = 'the link was closed'
  })
}

function becomeReady(client: Redis, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function done(): void {
      client.off('ready', done)
      deadline.removeEventListener('abort', done)
      resolve()
    }
    if (client.status === 'ready' || deadline.aborted) return resolve()
    client.on('ready', done)
    deadline.addEventListener('abort', done)
  })
}

async function quit(client: Redis): Promise<void> {
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  try {
    // Commands wait a tick to be sent together, but QUIT does not, so it is sent after this answer.
    await client.ping()
    await client.quit()
  } catch {
    client.disconnect()
  }
  // Between two attempts to reconnect there is no connection whose end could be awaited.
  const isOpen = ['connecting', 'connect', 'ready'].includes(client.status)
  if (isOpen) await withDeadline(ended, COMMAND_TIMEOUT_MS).catch(() => {})
}
