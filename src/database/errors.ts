import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  PermissionDeniedError,
  RepliesClosedError,
  RequestError,
  ThreadTooDeepError,
  TwinCommittedError,
} from '../errors.ts'

interface DatabaseProblem {
  code: string
  message: string
  column: string | undefined
  hint: string | undefined
}

/**
 * The connection was lost or rejected, or the server is starting or stopping, so another attempt may succeed. A
 * protocol violation (08P01) is a fault.
 */
const TRANSIENT = /^(08(?!P01)...|57P0[123]|55P03|25P03|53300|25006|ECONN.*|EPIPE|ETIMEDOUT)$/
const TRANSIENT_TEXT =
  /Connection terminated|Unable to start a transaction in the given time|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|is not currently accepting connections/
/** A migration has replaced a function or table while a statement was using it (XX000, without a code of its own). */
const REPLACED_TEXT = /^cache lookup failed for |^tuple concurrently (updated|deleted)$/
const RETRY_AFTER_MS = 1_000
const FULL_RETRY_AFTER_MS = 30_000

/** The errors that functions of `prisma/sql` raise, by code. Their messages are written for callers. */
const RAISED = new Map<string, (problem: DatabaseProblem) => Error>([
  ['CQ401', ({ message }) => new RequestError('FORBIDDEN', message)],
  ['CQ403', ({ message, hint }) => new PermissionDeniedError(message, hint ?? null)],
  ['CQ404', ({ message }) => new NotFoundError(message)],
  ['CQ405', ({ message }) => new RequestError('READ_ONLY', message)],
  ['CQ409', ({ message }) => new ConflictError(message)],
  ['CQ410', ({ message }) => new RequestError('MESSAGING_DISABLED', message)],
  ['CQ414', ({ message, hint }) => new ThreadTooDeepError(message, Number(hint))],
  [
    'CQ422',
    ({ message, column }) => new InvalidInputError([{ path: column?.split('.') ?? [], detail: message }]),
  ],
  ['CQ423', ({ message }) => new RepliesClosedError(message)],
  ['CQ425', ({ message }) => new TwinCommittedError(message)],
  ['CQ429', ({ message, hint }) => new RequestError('RATE_LIMITED', message, Number(hint))],
])

/** The disk of PostgreSQL is full, or its memory used up: reads may go on. */
const FULL = /^53[12]00$/
/** A deadlock, or a conflict of transactions: PostgreSQL has undone one of them. */
const CONFLICT = /^(40P01|40001)$/
const TIMED_OUT = '57014'

/**
 * Maps a database error to a domain error. Errors without a mapping are returned unchanged, and are masked and logged.
 */
export function toDomainError(error: unknown): unknown {
  const problem = problemOf(error)
  if (!problem) return error
  return RAISED.get(problem.code)?.(problem) ?? toUnavailable(problem) ?? error
}

/** Returns the error after which another attempt may succeed, with the time until then. */
function toUnavailable({ code, message }: DatabaseProblem): RequestError | undefined {
  if (code === TIMED_OUT)
    return unavailable('The database did not answer in time; try again later, or ask for less.')
  if (FULL.test(code))
    return unavailable('The database can store nothing just now; try again later.', FULL_RETRY_AFTER_MS)
  if (CONFLICT.test(code))
    return unavailable(
      'The same things were changed by somebody else at the same moment, and nothing was written; try again shortly.',
    )
  if (REPLACED_TEXT.test(message))
    return unavailable(
      'The database was brought up to date at this moment, and nothing was written; try again shortly.',
    )
  if (TRANSIENT.test(code) || TRANSIENT_TEXT.test(message))
    return unavailable('The database is not reachable just now; try again shortly.')
  return undefined
}

function unavailable(detail: string, retryAfterMs = RETRY_AFTER_MS): RequestError {
  return new RequestError('UNAVAILABLE', detail, retryAfterMs)
}

/** Returns pg's own error, or the one that Prisma wraps. */
function problemOf(error: unknown): DatabaseProblem | undefined {
  if (!(error instanceof Error)) return undefined
  const wrapped = 'meta' in error ? field(field(error.meta, 'driverAdapterError'), 'cause') : undefined
  const source = wrapped ?? ('cause' in error && error.name === 'DriverAdapterError' ? error.cause : error)
  const code = text(field(source, 'originalCode')) ?? text(field(source, 'code')) ?? ''
  return {
    code,
    message: text(field(source, 'originalMessage')) ?? text(field(source, 'message')) ?? error.message,
    column: text(field(source, 'column')),
    hint: text(field(source, 'hint')),
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
