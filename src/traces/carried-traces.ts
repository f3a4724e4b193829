import type { SpanContext } from '@opentelemetry/api'
import { LRUCache } from 'lru-cache'
import { positionIn } from './traces.ts'

/** The traces that have led to the latest positions of companies, as notifications carry them to other processes. */
export interface CarriedTraces {
  /** Remembers the span that has led to a position; undefined if none has. */
  remember(companyId: string, position: number, span: SpanContext | undefined): void
  /** True if the position is known, with a span or without. */
  has(companyId: string, position: number): boolean
  /** Tells the span that has led to a position, at once or as soon as it is known: an event may be read before its notification comes. */
  whenKnown(companyId: string, position: number, tell: (trace: CarriedTrace) => void): void
  /** Returns the payload of a notification: the position, and the traces up to it that no notification has carried yet. */
  write(companyId: string, position: number): string
  /** Remembers the traces of a payload, and returns its position. */
  read(companyId: string, payload: string): number
}

/** The span that has led to a position. */
export interface CarriedTrace {
  span: SpanContext
  /** Milliseconds since 1970 at which this process came to know it. */
  since: number
}

const MAX_REMEMBERED = 10_000
const REMEMBER_MS = 60_000
const WAIT_MS = 10_000
/** A notification of a full batch stays below 2 KiB. */
const MAX_PER_NOTIFICATION = 24
const SAMPLED = 1
const ENTRY = /^(\d{1,16}):00-([0-9a-f]{32})-([0-9a-f]{16})-01$/

/** Creates an empty memory. */
export function createCarriedTraces(): CarriedTraces {
  const known = new LRUCache<string, { trace: CarriedTrace | undefined }>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
  })
  const unwritten = new LRUCache<string, string[]>({ max: MAX_REMEMBERED, ttl: REMEMBER_MS })
  const waiting = new LRUCache<string, (trace: CarriedTrace) => void>({ max: MAX_REMEMBERED, ttl: WAIT_MS })
  const keyOf = (companyId: string, position: number) => `${companyId} ${position}`

  function know(key: string, trace: CarriedTrace | undefined): void {
    known.set(key, { trace })
    const tell = waiting.get(key)
    waiting.delete(key)
    if (trace) tell?.(trace)
  }

  function remember(companyId: string, position: number, span: SpanContext | undefined): void {
    const trace = isSampled(span) ? { span, since: Date.now() } : undefined
    know(keyOf(companyId, position), trace)
    if (!trace) return
    const entries = unwritten.get(companyId) ?? []
    if (entries.length < MAX_PER_NOTIFICATION)
      unwritten.set(companyId, [...entries, `${position}:00-${trace.span.traceId}-${trace.span.spanId}-01`])
  }

  return {
    remember,
    has: (companyId, position) => known.has(keyOf(companyId, position)),
    whenKnown(companyId, position, tell) {
      const found = known.get(keyOf(companyId, position))
      if (found?.trace) tell(found.trace)
      else if (!found) waiting.set(keyOf(companyId, position), tell)
    },
    write(companyId, position) {
      const entries = unwritten.get(companyId) ?? []
      unwritten.delete(companyId)
      return [position, ...entries].join(' ')
    },
    read(companyId, payload) {
      for (const entry of payload.split(' ').slice(1, 1 + MAX_PER_NOTIFICATION)) {
        const [, position, traceId, spanId] = ENTRY.exec(entry) ?? []
        if (!traceId || !spanId || known.has(keyOf(companyId, Number(position)))) continue
        const span = { traceId, spanId, traceFlags: SAMPLED, isRemote: true }
        know(keyOf(companyId, Number(position)), { span, since: Date.now() })
      }
      return positionIn(payload)
    },
  }
}

function isSampled(span: SpanContext | undefined): span is SpanContext {
  return span !== undefined && (span.traceFlags & SAMPLED) === SAMPLED
}
