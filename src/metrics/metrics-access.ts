import type { IncomingMessage } from 'node:http'
import { isFromThisMachine } from '../http/this-machine.ts'
import { isSameSecret } from '../text/same-secret.ts'

/** Whether a request may read the metrics, and if not, the status to answer with. */
export type MetricsAccess = { allowed: true } | { allowed: false; status: 401 | 403; detail: string }

/** Checks the bearer token if one is configured. Otherwise only requests from this machine are allowed. */
export function metricsAccess(
  { socket, headers }: IncomingMessage,
  token: string | undefined,
): MetricsAccess {
  if (token !== undefined) {
    if (isBearer(headers.authorization, token)) return { allowed: true }
    return {
      allowed: false,
      status: 401,
      detail: 'Send METRICS_TOKEN in the Authorization header: "Bearer …".',
    }
  }
  if (isFromThisMachine(socket.remoteAddress, (name) => headers[name]?.toString())) return { allowed: true }
  return {
    allowed: false,
    status: 403,
    detail:
      'Metrics are given to this machine alone: set METRICS_PORT or METRICS_TOKEN to read them from elsewhere.',
  }
}

function isBearer(authorization: string | undefined, token: string): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  return given !== undefined && isSameSecret(given, token)
}
