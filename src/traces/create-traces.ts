import type { Context, SpanContext } from '@opentelemetry/api'
import { LRUCache } from 'lru-cache'
import { createCarriedTraces } from './carried-traces.ts'
import type { SpanRunner } from './span-runner.ts'
import { traceDatabase } from './traced-database.ts'
import type { Traces } from './traces.ts'

const MAX_REMEMBERED = 10_000
const REMEMBER_MS = 60_000
/** Deliveries of one event that have spans in one process: a thousand would tell no more. */
const MAX_DELIVERIES = 20
const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Creates the traces of a process from what begins its spans. `close` ends the export. */
export function createTraces(spans: SpanRunner, close: () => Promise<void>): Traces {
  const { api } = spans
  const carried = createCarriedTraces()
  const senders = new LRUCache<string, Context>({ max: MAX_REMEMBERED, ttl: REMEMBER_MS })
  const events = new LRUCache<string, { span: SpanContext; deliveries: number }>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
  })
  const contextOf = (span: SpanContext) => api.trace.setSpanContext(api.ROOT_CONTEXT, span)

  const senderOf = (messageId: unknown) =>
    typeof messageId === 'string' ? senders.get(messageId) : undefined

  return {
    request(request, response, work) {
      const parent = parentIn(request.headers.traceparent)
      const span = spans.begin('request', {
        kind: api.SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method === 'GET' ? 'GET' : 'POST',
          'url.path': '/graphql',
        },
        parent: parent ? contextOf(parent) : api.ROOT_CONTEXT,
      })
      return spans.runBounded(span, work, () => {
        span.setAttribute('http.response.status_code', response.statusCode)
        return response.statusCode >= 500
      })
    },
    operation: (field, work) =>
      spans.run(
        spans.begin(`operation ${field}`, { attributes: { 'colloquy.field': field } }),
        work,
        ({ errors }) => errors !== undefined,
      ),
    job: (task, attempt, work) =>
      spans.runBounded(
        spans.begin(`job ${task}`, {
          kind: api.SpanKind.CONSUMER,
          attributes: { 'colloquy.job.task': task, 'colloquy.job.attempt': attempt },
          parent: api.ROOT_CONTEXT,
        }),
        work,
      ),
    database: (database) => traceDatabase(database, { spans, carried, senderOf }),
    sending(messageId) {
      const active = spans.active()
      if (active) senders.set(messageId, active)
    },
    detached: spans.detached,
    notification(companyId, position) {
      const active = spans.active()
      if (active && !carried.has(companyId, position))
        carried.remember(companyId, position, api.trace.getSpanContext(active))
      return carried.write(companyId, position)
    },
    heard: carried.read,
    event(companyId, { position, kind }) {
      carried.whenKnown(companyId, position, (trace) => {
        const span = spans.begin(`event ${kind}`, {
          kind: api.SpanKind.CONSUMER,
          attributes: { 'colloquy.event.kind': kind },
          since: trace.since,
          parent: contextOf(trace.span),
        })
        span.end()
        events.set(`${companyId} ${position}`, { span: span.spanContext(), deliveries: 0 })
      })
    },
    delivery(companyId, position, work) {
      const event = events.get(`${companyId} ${position}`)
      if (!event || event.deliveries >= MAX_DELIVERIES) return work()
      event.deliveries += 1
      return spans.run(spans.begin('delivery', { parent: contextOf(event.span) }), work)
    },
    close,
  }
}

/** The span of a client (W3C Trace Context), undefined if the header is none. */
function parentIn(header: unknown): SpanContext | undefined {
  const [, traceId, spanId, flags] = typeof header === 'string' ? (TRACE_PARENT.exec(header) ?? []) : []
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16) & 1, isRemote: true }
}
