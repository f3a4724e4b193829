import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import { clusterNodes, clusterOptions } from './cluster-options.ts'
import type { RedisConnections } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { GuardedCluster } from './guarded-cluster.ts'
import { startHeartbeat } from './heartbeat.ts'
import { COMMAND_TIMEOUT_MS, scripts } from './link-options.ts'
import { ShardedLink } from './sharded-link.ts'

/** Number of shards. The keys of each are in one slot, so that masters share the work. */
const SHARDS = 32

/**
 * Opens the connections to a Redis Cluster, found by any of these `redis://` or `rediss://` (TLS) addresses, without waiting.
 * Messages go through sharded channels. Never throws later.
 */
export function connectCluster(
  urls: readonly string[],
  log: Logger,
  { minWaitMs = 0 } = {},
): RedisConnections {
  const answerWithinMs = Math.max(COMMAND_TIMEOUT_MS, minWaitMs)
  const cluster = new GuardedCluster(clusterNodes(urls), answerWithinMs, { ...clusterOptions(urls), scripts })
  const link = new ShardedLink(cluster)
  const stopBeating = beatEachNode(cluster)
  reportOutages(cluster, log.child({ link: 'cluster' }))
  let generation = 0
  const next = () => {
    generation += 1
  }
  cluster.on('ready', next)
  // A replica that became a master may lack what its master had acknowledged last.
  const stopWatching = whenMastersChange(cluster, next)

  function status() {
    const ready = cluster.status === 'ready'
    return { ready, commands: ready, subscriber: ready }
  }

  async function whenReady(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    while (!status().ready && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return status().ready
  }

  return {
    commands: cluster,
    subscriber: link,
    shards: SHARDS,
    sharded: cluster,
    generation: () => generation,
    status,
    answerWithin: (answer, ms) => withDeadline(answer, Math.max(ms, minWaitMs)),
    whenReady,
    async close() {
      stopBeating()
      stopWatching()
      await withDeadline(cluster.quit(), COMMAND_TIMEOUT_MS).catch(() => {})
      cluster.disconnect()
    },
  }
}

function beatEachNode(cluster: Cluster): () => void {
  const stops = new Map<Redis, () => void>()
  cluster.on('+node', (node: Redis) => stops.set(node, startHeartbeat(node)))
  cluster.on('-node', (node: Redis) => {
    stops.get(node)?.()
    stops.delete(node)
  })
  return () => {
    for (const stop of stops.values()) stop()
  }
}

/** Calls back when slots have other masters than before. */
function whenMastersChange(cluster: Cluster, onChange: () => void): () => void {
  let known = ''
  const compare = () => {
    const masters = mastersOf(cluster)
    if (known !== '' && masters !== known) onChange()
    known = masters
  }
  cluster.on('refresh', compare)
  return () => cluster.off('refresh', compare)
}

/** The masters with the first slot of each of their ranges. */
function mastersOf(cluster: Cluster): string {
  let last: string | undefined
  let ranges = ''
  // The field is public, and not typed so.
  const slots = (cluster as unknown as { slots: (string[] | undefined)[] }).slots
  for (const [slot, nodes] of slots.entries()) {
    if (nodes?.[0] === last) continue
    last = nodes?.[0]
    ranges += `${slot} ${last};`
  }
  return ranges
}

function reportOutages(cluster: Cluster, log: Logger): void {
  let down = false
  let reason = 'the links were closed'
  cluster.on('error', (error: Error) => {
    reason = reasonOf(error)
  })
  cluster.on('nodeError', (error: Error) => {
    reason = reasonOf(error)
  })
  cluster.on('reconnecting', () => {
    if (!down) log.warn({ reason }, 'the Redis Cluster is not reachable, reconnecting')
    down = true
  })
  cluster.on('ready', () => {
    if (down) log.info('the Redis Cluster is reachable again')
    down = false
  })
}
