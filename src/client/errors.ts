/** One error of an answer, as GraphQL gives it. */
export interface AnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number } & Record<string, unknown>
}

/** Every code that a rejection has; servers newer than this library may have more. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'CURSOR_EXPIRED'
  | 'MESSAGING_DISABLED'
  | 'READ_ONLY'
  | 'QUERY_TOO_EXPENSIVE'
  | 'UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR'

/** Why an operation was refused or a stream has ended; `message` says what to do. */
export class ColloquyError extends Error {
  /** One of the API's error codes; UNAVAILABLE as well where nothing answered. */
  readonly code: ErrorCode
  /** How long the server asks to wait before the next attempt. */
  readonly retryAfterMs: number | undefined
  /** All errors of the answer; empty where none came. */
  readonly errors: readonly AnswerError[]

  constructor(code: ErrorCode, message: string, errors: readonly AnswerError[] = [], options?: ErrorOptions) {
    super(message, options)
    this.name = 'ColloquyError'
    this.code = code
    this.errors = errors
    this.retryAfterMs = errors[0]?.extensions?.retryAfterMs
  }

  /** True where the same request may well succeed later. */
  get isPassing(): boolean {
    return ['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'].includes(this.code)
  }
}

/** The error that an answer's errors amount to. */
export function requestErrorOf(errors: readonly AnswerError[]): ColloquyError {
  const [first] = errors
  return new ColloquyError(
    (first?.extensions?.code as ErrorCode) ?? 'INTERNAL_SERVER_ERROR',
    first?.message ?? 'The answer has neither data nor errors.',
    errors,
  )
}

/** What a closed socket, a failed connection or a refused operation means for a stream. */
export function streamProblem(reason: unknown): ColloquyError {
  if (reason instanceof ColloquyError) return reason
  if (Array.isArray(reason)) return requestErrorOf(reason)
  const { code, reason: words } = (reason ?? {}) as { code?: unknown; reason?: unknown }
  const message = typeof words === 'string' && words !== '' ? words : 'The connection to the server was lost.'
  return new ColloquyError((typeof code === 'number' && CODE_OF_CLOSE[code]) || 'UNAVAILABLE', message)
}

/** Close codes that say more than that the connection is gone (docs/protocol.md). */
const CODE_OF_CLOSE: Readonly<Record<number, ErrorCode>> = {
  4400: 'BAD_USER_INPUT',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
}
