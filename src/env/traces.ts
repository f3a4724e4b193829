import type { Values } from './variables.ts'

/** The export of traces. */
export interface TraceSettings {
  /** Where spans are posted, by OTLP over HTTP in JSON. */
  url: URL
  headers: Record<string, string>
  serviceName: string
  /** The part of traces that are exported, from 0 to 1, where the client has not decided. */
  ratio: number
}

/** Returns the settings. Undefined means that there are no traces. */
export function tracesOf(values: Values): TraceSettings | undefined {
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT
  if (!base) return undefined
  return {
    url: new URL(`${base.replace(/\/+$/, '')}/v1/traces`),
    headers: values.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName: values.OTEL_SERVICE_NAME,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  }
}
