import { ColloquyError } from './errors.ts'

/** Decides whether another attempt is worth its while. */
export interface Patience {
  /** True for what another attempt may get over: nothing answering as often as it takes, other faults three times in a row. */
  bears(error: unknown): error is ColloquyError
  /** Something has succeeded. */
  reset(): void
}

/** Longer waits that a server asks for are for the caller to decide. */
const MOST_ASKED_MS = 60_000
/** A token may have run out on its way, and the next one is fresh; a fault of the server may be of the moment. */
const MOST_IN_A_ROW = 3
const BORNE_FOR_A_WHILE = ['UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR']

/** Creates the patience of one undertaking. */
export function createPatience(): Patience {
  let tried = 0
  return {
    bears(error): error is ColloquyError {
      if (!(error instanceof ColloquyError) || (error.retryAfterMs ?? 0) > MOST_ASKED_MS) return false
      if (!BORNE_FOR_A_WHILE.includes(error.code)) return error.isPassing
      tried += 1
      return tried < MOST_IN_A_ROW
    },
    reset() {
      tried = 0
    },
  }
}
