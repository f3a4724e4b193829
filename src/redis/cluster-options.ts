import type { ClusterNode, ClusterOptions } from 'ioredis'
import { linkOptions, reconnectDelayMs } from './link-options.ts'

/** Interval at which the process asks which master has which slot. A command that reaches the wrong master asks at once. */
const REFRESH_MS = 1_000
/** Maximum number of repetitions of a command, 100 ms apart and within its time, while slots move or a master is replaced. */
const MAX_REDIRECTIONS = 8

/** Returns the nodes that are asked for the others of their cluster. */
export function clusterNodes(urls: readonly string[]): ClusterNode[] {
  return urls.map((url) => {
    const { hostname, port } = new URL(url)
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) }
  })
}

/** The options of a cluster whose addresses are alike but for host and port. */
export function clusterOptions(urls: readonly string[]): ClusterOptions {
  const { username, password, protocol } = new URL(urls[0] ?? '')
  const isEncrypted = protocol === 'rediss:'
  return {
    clusterRetryStrategy: reconnectDelayMs,
    enableOfflineQueue: false,
    maxRedirections: MAX_REDIRECTIONS,
    slotsRefreshTimeout: 2_000,
    slotsRefreshInterval: REFRESH_MS,
    shardedSubscribers: true,
    // Certificates are for names, so names are not replaced by their addresses.
    ...(isEncrypted && { dnsLookup: (address, callback) => callback(null, address) }),
    redisOptions: {
      ...linkOptions,
      connectionName: 'colloquy-cluster',
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(isEncrypted && { tls: {} }),
    },
  }
}
