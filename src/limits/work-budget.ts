/** A token bucket for each key: it fills steadily, and what was spent beyond it is paid back before anything else. */
export interface WorkBudget {
  /** Takes the points, whether there are as many or not. */
  charge(key: string, points: number): void
  /** After so many milliseconds the key may spend again, unless it is charged meanwhile; 0: now. */
  waitMs(key: string): number
}

/** So long a bucket takes to fill, and nobody owes more than a full one: nobody waits longer. */
const BURST_MS = 30_000
const MAX_BUCKETS = 10_000

/** Creates buckets that fill by so many points a second; `now` is a monotonic clock in milliseconds. */
export function createWorkBudget(pointsPerSecond: number, now = () => performance.now()): WorkBudget {
  // When each bucket will be full again, the one charged least recently first; without an entry it is full.
  const fullAt = new Map<string, number>()

  return {
    charge(key, points) {
      const time = now()
      const from = Math.max(time, fullAt.get(key) ?? time)
      fullAt.delete(key)
      fullAt.set(key, Math.min(time + 2 * BURST_MS, from + (points / pointsPerSecond) * 1000))
      forgetFull(fullAt, time)
    },
    waitMs: (key) => Math.max(0, Math.ceil((fullAt.get(key) ?? 0) - now() - BURST_MS)),
  }
}

/** Looks at two a charge, which keeps pace with one new one a charge; what is not full yet is kept up to the bound. */
function forgetFull(fullAt: Map<string, number>, time: number): void {
  let looks = 2
  for (const [key, at] of fullAt) {
    if (looks === 0 || (at > time && fullAt.size <= MAX_BUCKETS)) return
    looks -= 1
    fullAt.delete(key)
  }
}
