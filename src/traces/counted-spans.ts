import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { traceSpans } from '../metrics/trace-metrics.ts'

/** Spans that wait for their export. More are dropped: a span is some 1 KB, and an exporter that hangs must cost no memory. */
export const MAX_WAITING = 2_048

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0]

/** Bounds the spans that wait, and counts those that were exported and those that were dropped. */
export class CountedSpans {
  #waiting = 0

  /** Returns the exporter with its results counted. */
  count(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) =>
        exporter.export(spans, (result: ExportResult) => {
          this.#waiting -= spans.length
          traceSpans.inc({ outcome: result.code === 0 ? 'exported' : 'dropped' }, spans.length)
          done(result)
        }),
      shutdown: () => exporter.shutdown(),
    }
  }

  /** Returns the processor, which is given no more spans than may wait. */
  bound(processor: SpanProcessor): SpanProcessor {
    return {
      onStart: (span, context) => processor.onStart(span, context),
      onEnd: (span: ReadableSpan) => {
        if ((span.spanContext().traceFlags & 1) === 0) return
        if (this.#waiting >= MAX_WAITING) return traceSpans.inc({ outcome: 'dropped' })
        this.#waiting += 1
        processor.onEnd(span)
      },
      forceFlush: () => processor.forceFlush(),
      shutdown: () => processor.shutdown(),
    }
  }
}
