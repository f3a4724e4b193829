import { decodeId } from '../ids.ts'
import type { Values } from './variables.ts'

/** Metrics: how they are read, and of which companies there are some by name. */
export interface MetricsSettings {
  /** A port of their own. Without it and without a token, only this machine can read them. */
  port: number | undefined
  token: string | undefined
  /** The companies that have a label, by UUID, with the id that the operator has given. */
  companies: ReadonlyMap<string, string>
}

/** Reads the settings of metrics. */
export function metricsOf(values: Values): MetricsSettings {
  const ids = values.METRICS_COMPANIES.map((id) => [decodeId(id)?.uuid ?? '', id] as const)
  return { port: values.METRICS_PORT, token: values.METRICS_TOKEN, companies: new Map(ids) }
}
