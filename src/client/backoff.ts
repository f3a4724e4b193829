import { ColloquyError } from './errors.ts'

/** Waits between attempts. */
export interface Backoff {
  /** Waits a random time that grows with each attempt, but at least as long; resolves at once when the signal aborts. */
  wait(atLeastMs?: number): Promise<void>
  /** The next wait is the first again. */
  reset(): void
  /** How many waits there have been since the last reset. */
  readonly attempts: number
}

const FIRST_MS = 1_000
const MOST_MS = 15_000

/** Creates a backoff with full jitter, so that the clients of a server that has gone do not come back all at once. */
export function createBackoff(signal: AbortSignal): Backoff {
  let attempts = 0
  return {
    wait(atLeastMs = 0) {
      const mostMs = Math.min(FIRST_MS * 2 ** attempts, MOST_MS)
      attempts += 1
      return pause(atLeastMs + Math.random() * mostMs, signal)
    },
    reset() {
      attempts = 0
    },
    get attempts() {
      return attempts
    },
  }
}

/** Longer waits that a server asks for are for the caller to decide. */
const MOST_ASKED_MS = 60_000
/** A token may have run out on its way; the next one is fresh. */
const MOST_SIGN_INS = 3

/**
 * Repeats the work until it succeeds: as often as nothing answers, three times if the credential is refused. Throws what
 * no repetition mends, and the signal's reason once it aborts.
 */
export async function persist<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const backoff = createBackoff(signal)
  for (;;) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error, backoff.attempts)) throw error
      await backoff.wait(error.retryAfterMs)
    }
  }
}

/** True for an error that another attempt may get over, after so many attempts. */
export function mayPass(error: unknown, attempts: number): error is ColloquyError {
  if (!(error instanceof ColloquyError) || (error.retryAfterMs ?? 0) > MOST_ASKED_MS) return false
  if (['UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR'].includes(error.code)) return attempts < MOST_SIGN_INS
  return error.isPassing
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
