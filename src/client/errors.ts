/** An error of a GraphQL answer. */
export interface AnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number } & Record<string, unknown>
}

/** The codes of errors. Newer servers may have more. */
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

/** Thrown when an operation was rejected or a stream has ended. `message` says what to do. */
export class ColloquyError extends Error {
  /** One of the API's error codes. UNAVAILABLE also means that no server answered. */
  readonly code: ErrorCode
  /** Milliseconds that the server asks to wait before the next attempt. */
  readonly retryAfterMs: number | undefined
  /** All errors of the answer. Empty if there was no answer. */
  readonly errors: readonly AnswerError[]
  /** The code with which the server closed the socket. 4426: this client is too old, so reload the page. */
  readonly closeCode: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    errors: readonly AnswerError[] = [],
    options: ErrorOptions & { closeCode?: number | undefined } = {},
  ) {
    super(message, options)
    this.closeCode = options.closeCode
    this.name = 'ColloquyError'
    this.code = code
    this.errors = errors
    this.retryAfterMs = errors[0]?.extensions?.retryAfterMs
  }

  /** True if the same request may succeed later. */
  get isPassing(): boolean {
    return ['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'].includes(this.code)
  }
}

/** Returns one error for all errors of an answer. */
export function requestErrorOf(errors: readonly AnswerError[]): ColloquyError {
  const [first] = errors
  return new ColloquyError(
    (first?.extensions?.code as ErrorCode) ?? 'INTERNAL_SERVER_ERROR',
    first?.message ?? 'The answer has neither data nor errors.',
    errors,
  )
}

/** Returns the error that a closed socket, a failed connection or a rejected operation means for a stream. */
export function streamProblem(reason: unknown): ColloquyError {
  if (reason instanceof ColloquyError) return reason
  if (Array.isArray(reason)) return requestErrorOf(reason)
  const { code, reason: words } = (reason ?? {}) as { code?: unknown; reason?: unknown }
  const message = typeof words === 'string' && words !== '' ? words : 'The connection to the server was lost.'
  const closeCode = typeof code === 'number' ? code : undefined
  return new ColloquyError(CODE_OF_CLOSE[closeCode ?? 0] ?? 'UNAVAILABLE', message, [], { closeCode })
}

/** Close codes that carry a reason (docs/protocol.md). */
const CODE_OF_CLOSE: Readonly<Record<number, ErrorCode>> = {
  4400: 'BAD_USER_INPUT',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
  4426: 'BAD_USER_INPUT',
}
