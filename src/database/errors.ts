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
const RETRY_AFTER_MS = 1_000
const FULL_RETRY_AFTER_MS = 30_000

/**
 * Maps a database error to a domain error. Errors without a mapping are returned unchanged, and are masked and logged.
 */
export function toDomainError(error: unknown): unknown {
  const problem = problemOf(error)
  if (!problem) return error
  const path = problem.column?.split('.') ?? []
  switch (problem.code) {
    case 'CQ401':
      return new RequestError('FORBIDDEN', problem.message)
    case 'CQ403':
      return new PermissionDeniedError(problem.message, problem.hint ?? null)
    case 'CQ404':
      return new NotFoundError(problem.message)
    case 'CQ405':
      return new RequestError('READ_ONLY', problem.message)
    case 'CQ409':
      return new ConflictError(problem.message)
    case 'CQ410':
      return new RequestError('MESSAGING_DISABLED', problem.message)
    case 'CQ414':
      return new ThreadTooDeepError(problem.message, Number(problem.hint))
    case 'CQ422':
      return new InvalidInputError([{ path, detail: problem.message }])
    case 'CQ423':
      return new RepliesClosedError(problem.message)
    case 'CQ425':
      return new TwinCommittedError(problem.message)
    case 'CQ429':
      return new RequestError('RATE_LIMITED', problem.message, Number(problem.hint))
    case '57014':
      return new RequestError(
        'UNAVAILABLE',
        'The database did not answer in time; try again later, or ask for less.',
        RETRY_AFTER_MS,
      )
    // The disk of PostgreSQL is full, or its memory used up: reads may go on.
    case '53100':
    case '53200':
      return new RequestError(
        'UNAVAILABLE',
        'The database can store nothing just now; try again later.',
        FULL_RETRY_AFTER_MS,
      )
    // A deadlock, or a conflict of transactions: PostgreSQL has undone one of them.
    case '40P01':
    case '40001':
      return new RequestError(
        'UNAVAILABLE',
        'The same things were changed by somebody else at the same moment, and nothing was written; try again shortly.',
        RETRY_AFTER_MS,
      )
    default:
      return TRANSIENT.test(problem.code) || TRANSIENT_TEXT.test(problem.message)
        ? new RequestError(
            'UNAVAILABLE',
            'The database is not reachable just now; try again shortly.',
            RETRY_AFTER_MS,
          )
        : error
  }
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
