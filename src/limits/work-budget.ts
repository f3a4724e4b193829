/** A token bucket per key. It may be overdrawn; the debt must be refilled before the key can spend again. */
export interface WorkBudget {
  /** Takes the points, even if the bucket has fewer. */
  charge(key: string, points: number): void
  /** Milliseconds after which the key may spend again, unless it is charged meanwhile. 0 means now. */
  waitMs(key: string): number
}

/** Time in which a person's bucket fills. */
const BURST_MS = 30_000
const MAX_BUCKETS = 10_000

/**
 * Creates buckets that fill by `pointsPerSecond` within `burstMs`. The debt is at most a full bucket, so that is also the longest
 * wait. `now` is a monotonic clock in milliseconds.
 */
export function createWorkBudget(
  pointsPerSecond: number,
  now = () => performance.now(),
  burstMs = BURST_MS,
): WorkBudget {
  // The time at which each bucket is full again, the least recently charged first. A bucket without an entry is full.
  const fullAt = new Map<string, number>()

  return {
    charge(key, points) {
      const time = now()
      const from = Math.max(time, fullAt.get(key) ?? time)
      fullAt.delete(key)
      fullAt.set(key, Math.min(time + 2 * burstMs, from + (points / pointsPerSecond) * 1000))
      forgetFull(fullAt, time)
    },
    waitMs: (key) => Math.max(0, Math.ceil((fullAt.get(key) ?? 0) - now() - burstMs)),
  }
}

/**
 * Checks two entries per charge, which keeps pace with one new entry per charge. Entries that are not full stay, up to
 * the bound.
 */
function forgetFull(fullAt: Map<string, number>, time: number): void {
  let looks = 2
  for (const [key, at] of fullAt) {
    if (looks === 0 || (at > time && fullAt.size <= MAX_BUCKETS)) return
    looks -= 1
    fullAt.delete(key)
  }
}
