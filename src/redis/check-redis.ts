import { Cluster, Redis } from 'ioredis'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'
import { clusterNodes, clusterOptions } from './cluster-options.ts'

const WITHIN_MS = 3_000

/** Throws StartupProblem if Redis, or the cluster of several addresses, does not answer within seconds. */
export async function assertRedisAnswers(addresses: string): Promise<void> {
  const urls = addresses.split(',')
  const client = urls.length > 1 ? openCluster(urls) : openServer(addresses)
  let failure: unknown
  client.on('error', (error) => {
    failure = error
  })
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    const hosts = urls.map((url) => new URL(url)).map(({ hostname, port }) => `${hostname}:${port || 6379}`)
    const named = urls.length > 1 ? `The Redis Cluster at ${hosts.join(', ')}` : `Redis at ${hosts}`
    throw new StartupProblem(
      `${named} does not answer: ${reasonOf(failure ?? error)}. Start it, or correct REDIS_URL.`,
    )
  } finally {
    client.disconnect()
  }
}

function openServer(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    connectTimeout: WITHIN_MS,
    commandTimeout: WITHIN_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
}

/** It is ready once all slots have a master. */
function openCluster(urls: readonly string[]): Cluster {
  return new Cluster(clusterNodes(urls), {
    ...clusterOptions(urls),
    lazyConnect: true,
    shardedSubscribers: false,
    slotsRefreshTimeout: WITHIN_MS,
    clusterRetryStrategy: () => null,
  })
}
