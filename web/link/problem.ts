import { ColloquyError } from '../../src/client/errors.ts'
import type { Problem } from './protocol.ts'

/** The server speaks with newer pages only. */
const OUTDATED = 4426

/** A problem in a form that other tabs and workers understand. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ColloquyError && error.closeCode === OUTDATED)
    return { code: 'OUTDATED', message: error.message }
  if (error instanceof ColloquyError) return { code: error.code, message: error.message }
  return { code: 'UNAVAILABLE', message: error instanceof Error ? error.message : String(error) }
}

/** The error that a problem from another tab or worker stands for. */
export function errorOf({ code, message }: Problem): ColloquyError {
  return new ColloquyError(code as ColloquyError['code'], message)
}
