import { ColloquyError } from './errors.ts'

/** Decides whether another attempt is worth its while. */
export interface RetryPolicy {
  /** True for what another attempt may get over: nothing answering as often as it takes, other faults three times in a row. */
  allows(error: unknown): error is ColloquyError
  /** Something has succeeded. */
  reset(): void
}

/** Longer waits that a server asks for are for the caller to decide. */
const MAX_RETRY_AFTER_MS = 60_000
/** A token may have run out on its way, and the next one is fresh; a fault of the server may be of the moment. */
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
