/** The results of a workload, printed as one JSON object. */
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
  /** The throughput of the database without the layers above it, measured in the same run. */
  floor?: { name: string; opsPerSecond: number }
  ratio?: number
  /** The 95th percentile of each kind of operation, for workloads with several. */
  p95MsByKind?: Record<string, number>
  /** Rates per second in a small and in a large database, by kind of operation. */
  rates?: Record<string, { small: number; large: number }>
  /** The answers to a person who sends without a pause, and the number of rejected ones. */
  flood?: { given: number; refused: number }
  /** The same in a run without a quota, and the ratio there. */
  withoutQuota?: { ratio: number; given: number; refused: number }
  /**
   * Sockets that read nothing and are still open, streams that ended because of it, and the messages and seconds until
   * all had ended.
   */
  stalled?: { sockets: number; discontinuities: number; messages: number; seconds: number }
  /** CPU time per operation on all cores, by process. */
  cpuMicrosecondsPerOperation?: Record<string, number>
  /** Growth of the database by one message, of all tables and of each. */
  bytesPerMessage?: Record<string, number>
  /** The 99.9th percentile, for workloads that last. */
  p999Ms?: number
  /**
   * Growth of the server's memory by one subscription on a socket of its own: of its live objects, and as the operating
   * system sees it.
   */
  kilobytesPerSubscription?: { heap: number; resident: number }
  /** Messages that a purge deletes, and the longest send without and during it. */
  purge?: {
    deletedPerSecond: number
    longestSendMs: { without: number; during: number }
    /** Times for which slices held their locks, and for which a rival waited for the conversation's. */
    lockMs: Record<string, number>
  }
  /** Seconds that 5,000 people take to move to other departments, each into another channel, while others send. */
  moves?: { seconds: number; longestSendMs: { without: number; during: number } }
  /** Transfers of files in MB (10^6 bytes): a second, and a second that the server computes. */
  transfers?: Record<string, { perSecond: number; perCpuSecond: number }>
  /** Growth of the server's memory by 100 downloads that are under way. */
  heldMiB?: { live: number; resident: number }
  /** Growth of the server's resident memory while it works. */
  grownMiB?: number
  /** The server's resident memory before it works, and at even distances in time while it does. */
  residentMiB?: number[]
  /** The same work done in two ways or more: figures by the work, and by the way or the figure's name. */
  compared?: Record<string, Record<string, number>>
  /** Size of the workload, for those whose size is chosen. */
  size?: Record<string, number>
  /**
   * Resident memory of the server process: `full` when all queues are full, `comeBack` when all clients have resumed
   * from the beginning.
   */
  rssMiB?: { before: number; peak: number; full: number; after: number; comeBack: number }
}

/** Latencies of a closed loop of workers. */
export interface Measured {
  opsPerSecond: number
  latenciesMs: number[]
  errors: number
}

/** Runs `operation` in `workers` concurrent loops for a number of seconds, after one second of warm-up. */
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

/** Returns the value below which the given share of the values lies; 0 without values. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}

/** Rounds to two decimals, which is the precision of a busy machine. */
export function round(value: number): number {
  return Math.round(value * 100) / 100
}
