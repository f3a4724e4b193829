import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api'

type Api = typeof import('@opentelemetry/api')

/** How a span is begun. */
export interface SpanOptions {
  kind?: SpanKind
  attributes?: Attributes
  /** Milliseconds since 1970, if it began before. */
  since?: number
  /** The context of its parent; by default that of the work which begins it. */
  parent?: Context
}

/** Begins spans, and knows which one the current work belongs to. */
export interface SpanRunner {
  readonly api: Api
  /** Undefined outside of all traces. */
  active(): Context | undefined
  begin(name: string, options?: SpanOptions): Span
  /** Runs work within a span, which ends with it. `isFailed` tells of results that are failures. */
  run<T>(span: Span, work: () => Promise<T>, isFailed?: (result: T) => boolean): Promise<T>
  detached<T>(work: () => T): T
}

/** Creates the runner of a tracer's spans. */
export function createSpanRunner(api: Api, tracer: Tracer): SpanRunner {
  const storage = new AsyncLocalStorage<Context | undefined>()

  return {
    api,
    active: () => storage.getStore(),
    begin: (name, { kind, attributes, since, parent } = {}) =>
      tracer.startSpan(
        name,
        {
          kind: kind ?? api.SpanKind.INTERNAL,
          ...(attributes && { attributes }),
          ...(since !== undefined && { startTime: since }),
        },
        parent ?? storage.getStore() ?? api.ROOT_CONTEXT,
      ),
    async run(span, work, isFailed) {
      const context = api.trace.setSpan(storage.getStore() ?? api.ROOT_CONTEXT, span)
      try {
        const result = await storage.run(context, work)
        if (isFailed?.(result)) span.setStatus({ code: api.SpanStatusCode.ERROR })
        return result
      } catch (error) {
        // Without its message, which may quote what somebody wrote.
        span.setStatus({ code: api.SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
    detached: (work) => storage.run(undefined, work),
  }
}
