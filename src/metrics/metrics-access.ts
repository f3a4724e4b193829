import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import { proxyHeaders } from '../http/proxy-headers.ts'

/** Whether a request may read the metrics, and if not, the status to answer with. */
export type MetricsAccess = { allowed: true } | { allowed: false; status: 401 | 403; detail: string }

/** Checks the bearer token if one is configured. Otherwise only requests from this machine are allowed. */
export function metricsAccess(request: IncomingMessage, token: string | undefined): MetricsAccess {
  if (token !== undefined) {
    if (isBearer(request, token)) return { allowed: true }
    return {
      allowed: false,
      status: 401,
      detail: 'Send METRICS_TOKEN in the Authorization header: "Bearer …".',
    }
  }
  if (isFromThisMachine(request)) return { allowed: true }
  return {
    allowed: false,
    status: 403,
    detail:
      'Metrics are given to this machine alone: set METRICS_PORT or METRICS_TOKEN to read them from elsewhere.',
  }
}

function isBearer({ headers }: IncomingMessage, token: string): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return given !== undefined && timingSafeEqual(digest(given), digest(token))
}

/** Comparing in constant time requires equal lengths. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/**
 * A request that a proxy on this machine passes on, or that a browser sends to a foreign host name, does not count as
 * local.
 */
function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  if (proxyHeaders.some((name) => headers[name] !== undefined)) return false
  return isLoopback(socket.remoteAddress ?? '') && isLoopback(hostOf(headers.host ?? ''))
}

function hostOf(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
}

function isLoopback(address: string): boolean {
  if (address.toLowerCase() === 'localhost') return true
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
