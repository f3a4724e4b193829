import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, SpanContext } from '@opentelemetry/api'
import { LRUCache } from 'lru-cache'
import type { Database } from '../database/database.ts'
import { createCarriedTraces } from './carried-traces.ts'
import type { SpanRunner } from './span-runner.ts'
import { traceDatabase } from './traced-database.ts'
import type { Traces } from './traces.ts'

const MAX_REMEMBERED = 10_000
const REMEMBER_MS = 60_000
/** Deliveries of one event that have spans in one process: a thousand would tell no more. */
const MAX_DELIVERIES = 20
const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

class ProcessTraces implements Traces {
  readonly #spans: SpanRunner
  readonly #carried = createCarriedTraces()
  readonly #senders = new LRUCache<string, Context>({ max: MAX_REMEMBERED, ttl: REMEMBER_MS })
  readonly #events = new LRUCache<string, { span: SpanContext; deliveries: number }>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
  })
  readonly close: () => Promise<void>

  constructor(spans: SpanRunner, close: () => Promise<void>) {
    this.#spans = spans
    this.close = close
  }

  request(request: IncomingMessage, response: ServerResponse, work: () => Promise<void>): Promise<void> {
    const { api } = this.#spans
    const parent = parentIn(request.headers.traceparent)
    const span = this.#spans.begin('request', {
      kind: api.SpanKind.SERVER,
      attributes: {
        'http.request.method': request.method === 'GET' ? 'GET' : 'POST',
        'url.path': '/graphql',
      },
      parent: parent ? this.#contextOf(parent) : api.ROOT_CONTEXT,
    })
    return this.#spans.runBounded(span, work, () => {
      span.setAttribute('http.response.status_code', response.statusCode)
      return response.statusCode >= 500
    })
  }

  operation<T extends { errors?: unknown }>(field: string, work: () => Promise<T>): Promise<T> {
    const span = this.#spans.begin(`operation ${field}`, { attributes: { 'colloquy.field': field } })
    return this.#spans.run(span, work, ({ errors }) => errors !== undefined)
  }

  job<T>(task: string, attempt: number, work: () => Promise<T>): Promise<T> {
    const { api } = this.#spans
    const span = this.#spans.begin(`job ${task}`, {
      kind: api.SpanKind.CONSUMER,
      attributes: { 'colloquy.job.task': task, 'colloquy.job.attempt': attempt },
      parent: api.ROOT_CONTEXT,
    })
    return this.#spans.runBounded(span, work)
  }

  database(database: Database): Database {
    const senderOf = (messageId: unknown) =>
      typeof messageId === 'string' ? this.#senders.get(messageId) : undefined
    return traceDatabase(database, { spans: this.#spans, carried: this.#carried, senderOf })
  }

  sending(messageId: string): void {
    const active = this.#spans.active()
    if (active) this.#senders.set(messageId, active)
  }

  detached<T>(work: () => T): T {
    return this.#spans.detached(work)
  }

  notification(companyId: string, position: number): string {
    const active = this.#spans.active()
    if (active && !this.#carried.has(companyId, position))
      this.#carried.remember(companyId, position, this.#spans.api.trace.getSpanContext(active))
    return this.#carried.write(companyId, position)
  }

  heard(companyId: string, payload: string): number {
    return this.#carried.read(companyId, payload)
  }

  event(companyId: string, { position, kind }: { position: number; kind: string }): void {
    this.#carried.whenKnown(companyId, position, (trace) => {
      const span = this.#spans.begin(`event ${kind}`, {
        kind: this.#spans.api.SpanKind.CONSUMER,
        attributes: { 'colloquy.event.kind': kind },
        since: trace.since,
        parent: this.#contextOf(trace.span),
      })
      span.end()
      this.#events.set(`${companyId} ${position}`, { span: span.spanContext(), deliveries: 0 })
    })
  }

  delivery<T>(companyId: string, position: number | undefined, work: () => Promise<T>): Promise<T> {
    const event = this.#events.get(`${companyId} ${position}`)
    if (!event || event.deliveries >= MAX_DELIVERIES) return work()
    event.deliveries += 1
    return this.#spans.run(this.#spans.begin('delivery', { parent: this.#contextOf(event.span) }), work)
  }

  #contextOf(span: SpanContext): Context {
    const { api } = this.#spans
    return api.trace.setSpanContext(api.ROOT_CONTEXT, span)
  }
}

/** Creates the traces of a process from what begins its spans. `close` ends the export. */
export function createTraces(spans: SpanRunner, close: () => Promise<void>): Traces {
  return new ProcessTraces(spans, close)
}

/** The span of a client (W3C Trace Context), undefined if the header is none. */
function parentIn(header: unknown): SpanContext | undefined {
  const [, traceId, spanId, flags] = typeof header === 'string' ? (TRACE_PARENT.exec(header) ?? []) : []
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16) & 1, isRemote: true }
}
