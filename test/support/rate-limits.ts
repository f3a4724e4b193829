import type { Accepted, RateLimiter } from '../../src/limits/rate-limiter.ts'
import type { RateWindow } from '../../src/limits/rate-window.ts'

/** A clock that moves only when told to. */
export function createClock(startMs = 5_000_000) {
  let nowMs = startMs
  return {
    read: () => nowMs,
    advance(ms: number) {
      nowMs += ms
    },
  }
}

/** Takes a call that must be accepted. */
export async function takeAccepted(
  limiter: RateLimiter,
  key: string,
  windows: RateWindow[],
): Promise<Accepted> {
  const result = await limiter.take(key, windows)
  if (!result.accepted) throw new Error(`refused for ${result.retryAfterMs} ms`)
  return result
}

/** Makes the calls at once and counts the accepted ones. */
export async function countAccepted(limiter: RateLimiter, key: string, windows: RateWindow[], calls: number) {
  const results = await Promise.all(Array.from({ length: calls }, () => limiter.take(key, windows)))
  return results.filter(({ accepted }) => accepted).length
}
