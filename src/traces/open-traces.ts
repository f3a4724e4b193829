import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { TraceSettings } from '../env/traces.ts'
import { StartupProblem } from '../startup-problem.ts'
import { CountedSpans, MAX_WAITING } from './counted-spans.ts'
import { createTraces } from './create-traces.ts'
import { createSpanRunner } from './span-runner.ts'
import type { Traces } from './traces.ts'

const EXPORT_MS = 5_000
const CLOSE_MS = 2_000
const MAX_EXPORTED_TOGETHER = 512

/** Begins to export traces by OTLP over HTTP. Throws StartupProblem if the optional packages are not installed. */
export async function openTraces(settings: TraceSettings, version: string, log: Logger): Promise<Traces> {
  const { api, sdk, otlp, resources } = await loadPackages()
  // Its own messages name addresses and answers; the metric tells of failures.
  api.diag.disable()
  const counted = new CountedSpans()
  const exporter = new otlp.OTLPTraceExporter({
    url: settings.url.href,
    headers: settings.headers,
    timeoutMillis: EXPORT_MS,
    concurrencyLimit: 1,
  })
  const processor = new sdk.BatchSpanProcessor(counted.count(exporter), {
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: MAX_EXPORTED_TOGETHER,
    exportTimeoutMillis: EXPORT_MS + 1_000,
  })
  const provider = new sdk.BasicTracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': settings.serviceName,
      'service.version': version,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(settings.ratio) }),
    spanProcessors: [counted.bound(processor)],
  })
  log.info({ service: settings.serviceName, ratio: settings.ratio }, 'traces are exported')
  return createTraces(createSpanRunner(api, provider.getTracer('colloquy', version)), async () => {
    await Promise.race([provider.shutdown().catch(() => {}), delay(CLOSE_MS, undefined, { ref: false })])
  })
}

/** The packages are loaded only where traces are exported. */
async function loadPackages() {
  try {
    const [api, sdk, otlp, resources] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
    return { api, sdk, otlp, resources }
  } catch (cause) {
    throw new StartupProblem(
      'OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and the optional @opentelemetry packages are not installed: run npm ci --include=optional, or unset it.',
      { cause },
    )
  }
}
