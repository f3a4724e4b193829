/** What a workload has found; printed as one JSON object. */
export interface Report {
  workload: string
  opsPerSecond: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  errors: number
  lost: number
  duplicates: number
  outOfOrder: number
  /** The same work without everything above the database, measured in the same run. */
  floor?: { name: string; opsPerSecond: number }
  ratio?: number
  /** The 95th percentile of each kind of operation, where a workload mixes several. */
  p95MsByKind?: Record<string, number>
  /** What somebody who asks without a pause was answered, and what was refused. */
  flood?: { given: number; refused: number }
  /** Sockets that read nothing and are open still, the streams that ended for it, and what it took to end them all. */
  stalled?: { sockets: number; discontinuities: number; messages: number; seconds: number }
  /** On all cores, of each process. */
  cpuMicrosecondsPerOperation?: Record<string, number>
  /** How much the server's resident memory grew by one subscription on a socket of its own. */
  kilobytesPerSubscription?: number
  /** Of the server process; `full` when as much waits for everybody as may, `comeBack` when all have come back from the beginning. */
  rssMiB?: { before: number; peak: number; full: number; after: number; comeBack: number }
}

/** Latencies of a closed loop of workers. */
export interface Measured {
  opsPerSecond: number
  latenciesMs: number[]
  errors: number
}

/** Runs `operation` in as many loops as there are `workers` for so many seconds, after a warm-up of a second. */
export async function measure(
  workers: number,
  seconds: number,
  operation: (worker: number) => Promise<void>,
): Promise<Measured> {
  await loop(workers, 1, operation)
  return loop(workers, seconds, operation)
}

async function loop(
  workers: number,
  seconds: number,
  operation: (worker: number) => Promise<void>,
): Promise<Measured> {
  const latenciesMs: number[] = []
  let errors = 0
  const start = performance.now()
  const end = start + seconds * 1000
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      while (performance.now() < end) {
        const before = performance.now()
        try {
          await operation(worker)
          latenciesMs.push(performance.now() - before)
        } catch {
          errors += 1
        }
      }
    }),
  )
  return { opsPerSecond: latenciesMs.length / ((performance.now() - start) / 1000), latenciesMs, errors }
}

/** The value below which the given share of the values lies; 0 without values. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}

/** Two decimals are all a noisy machine can tell. */
export function round(value: number): number {
  return Math.round(value * 100) / 100
}
