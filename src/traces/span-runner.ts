import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api'

/** A job may run thousands of statements: the first ones tell what it does. */
export const MAX_STATEMENTS = 100

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
  /** The same for what begins a part of a trace: at most 100 statements below it have spans. */
  runBounded<T>(span: Span, work: () => Promise<T>, isFailed?: (result: T) => boolean): Promise<T>
  /** True if one more statement may have a span below the context, which it then has taken. */
  takeStatement(parent: Context): boolean
  detached<T>(work: () => T): T
}

/** Creates the runner of a tracer's spans. */
export function createSpanRunner(api: Api, tracer: Tracer): SpanRunner {
  const storage = new AsyncLocalStorage<Context | undefined>()
  const left = api.createContextKey('statements that may still have a span')

  async function runIn<T>(
    outer: Context,
    span: Span,
    work: () => Promise<T>,
    isFailed?: (result: T) => boolean,
  ): Promise<T> {
    try {
      const result = await storage.run(api.trace.setSpan(outer, span), work)
      if (isFailed?.(result)) span.setStatus({ code: api.SpanStatusCode.ERROR })
      return result
    } catch (error) {
      // Without its message, which may quote what somebody wrote.
      span.setStatus({ code: api.SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }

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
    run: (span, work, isFailed) => runIn(storage.getStore() ?? api.ROOT_CONTEXT, span, work, isFailed),
    runBounded: (span, work, isFailed) =>
      runIn(api.ROOT_CONTEXT.setValue(left, { count: MAX_STATEMENTS }), span, work, isFailed),
    takeStatement(parent) {
      const statements = parent.getValue(left) as { count: number } | undefined
      if (!statements) return true
      statements.count -= 1
      return statements.count >= 0
    },
    detached: (work) => storage.run(undefined, work),
  }
}
