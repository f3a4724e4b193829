import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { metrics } from './metrics.ts'
import { metricsAccess } from './metrics-access.ts'

/** The settings of the metrics page. */
export interface MetricsOptions {
  /** The metrics' own port. The main port then serves none. */
  port?: number | undefined
  /** The bearer token that is required. */
  token?: string | undefined
  /** Milliseconds for which the same text is returned. */
  freshMs?: number | undefined
}

/** Answers requests for the metrics. */
export interface MetricsPage {
  /** Answers on the port that serves the API. */
  onMainPort(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Answers on a separate port, which the operator must keep closed to others. */
  onOwnPort(request: IncomingMessage, response: ServerResponse): Promise<void>
}

const FRESH_MS = 1_000
/** Counts that take longer are those of the last time. */
const COUNTED_WITHIN_MS = 1_000

/** Creates the page. The process is measured at most once a second, whatever the number of requests. */
export function createMetricsPage(
  bringUpToDate: () => Promise<void>,
  { port, token, freshMs = FRESH_MS }: MetricsOptions,
): MetricsPage {
  let text: Promise<string> | undefined
  let measuredAt = 0

  async function measure(): Promise<string> {
    await Promise.race([bringUpToDate(), delay(COUNTED_WITHIN_MS, undefined, { ref: false })])
    return metrics.metrics()
  }

  function current(): Promise<string> {
    if (!text || performance.now() - measuredAt >= freshMs) {
      measuredAt = performance.now()
      text = measure()
    }
    return text
  }

  return {
    async onMainPort(request, response) {
      if (port !== undefined) return answer(response, 404, 'Metrics have a port of their own.')
      const access = metricsAccess(request, token)
      if (access.allowed) return answer(response, 200, await current(), metrics.contentType)
      answer(response, access.status, access.detail)
    },
    async onOwnPort(request, response) {
      const access = token === undefined ? undefined : metricsAccess(request, token)
      if (access?.allowed === false) return answer(response, access.status, access.detail)
      answer(response, 200, await current(), metrics.contentType)
    },
  }
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...challenge }).end(body)
}
