import type { AcceptedCalls } from './accepted-calls.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { assertWindows, type RateWindow } from './rate-window.ts'

/** Creates a limiter for a process without Redis. */
export function createMemoryLimiter(calls: AcceptedCalls): RateLimiter {
  let lastId = 0

  async function take(key: string, windows: readonly RateWindow[]) {
    assertWindows(windows)
    lastId += 1
    const id = lastId
    const waitUs = calls.take(key, windows, id)
    if (waitUs > 0) return { accepted: false as const, retryAfterMs: Math.ceil(waitUs / 1_000) }
    return { accepted: true as const, refund: async () => calls.remove(key, id) }
  }

  return { take, close: () => {} }
}
