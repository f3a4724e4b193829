import { ColloquyError } from './errors.ts'

/** Decides whether a failed attempt is repeated. */
export interface RetryPolicy {
  /**
   * True if another attempt may succeed. Without an answer from a server this holds without a limit, for other errors
   * three times in a row.
   */
  allows(error: unknown): error is ColloquyError
  /** Call it after a success. */
  reset(): void
}

/** If a server asks for a longer wait, the caller decides. */
const MAX_RETRY_AFTER_MS = 60_000
/**
 * Maximum number of attempts. An expired token is replaced by the next attempt, and an error of the server may be
 * temporary.
 */
const MAX_ATTEMPTS = 3
const RETRIED_BRIEFLY = ['UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR']

/** Creates the retry policy of one call or stream. */
export function createRetryPolicy(): RetryPolicy {
  let tried = 0
  return {
    allows(error): error is ColloquyError {
      if (!(error instanceof ColloquyError) || (error.retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS) return false
      if (!RETRIED_BRIEFLY.includes(error.code)) return error.isPassing
      tried += 1
      return tried < MAX_ATTEMPTS
    },
    reset() {
      tried = 0
    },
  }
}
