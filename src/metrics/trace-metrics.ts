import { Counter } from 'prom-client'
import { metrics } from './metrics.ts'

/** Spans of traces, by whether they were exported. */
export const traceSpans = new Counter({
  name: 'colloquy_trace_spans_total',
  help: 'Spans of traces that were exported, or dropped because the exporter did not answer or refused them.',
  labelNames: ['outcome'],
  registers: [metrics],
})
