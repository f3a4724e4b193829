import { createRetryPolicy } from './retry-policy.ts'

/** Waits between attempts. */
export interface Backoff {
  /**
   * Waits for at least `atLeastMs` and a random time that grows with each attempt. `early` ends the wait; an abort of
   * the client's signal resolves it at once.
   */
  wait(atLeastMs?: number, early?: AbortSignal): Promise<void>
  /** Makes the next wait as short as the first. */
  reset(): void
}

const FIRST_MS = 1_000
const MAX_DELAY_MS = 15_000

/** Creates a backoff with full jitter, so that the clients of a restarted server do not reconnect all at once. */
export function createBackoff(signal: AbortSignal): Backoff {
  let attempts = 0
  return {
    async wait(atLeastMs = 0, early) {
      const maxMs = Math.min(FIRST_MS * 2 ** attempts, MAX_DELAY_MS)
      attempts += 1
      if (atLeastMs > 0) await pause(atLeastMs, [signal])
      await pause(Math.random() * maxMs, early ? [signal, early] : [signal])
    },
    reset() {
      attempts = 0
    },
  }
}

/**
 * Repeats the work until it succeeds. Throws errors that repeating cannot resolve, and the signal's reason when it
 * aborts.
 */
export async function persist<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const backoff = createBackoff(signal)
  const retryPolicy = createRetryPolicy()
  for (;;) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!retryPolicy.allows(error)) throw error
      await backoff.wait(error.retryAfterMs)
    }
  }
}

function pause(ms: number, signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some(({ aborted }) => aborted)) return resolve()
    const done = () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    for (const signal of signals) signal.addEventListener('abort', done)
  })
}
