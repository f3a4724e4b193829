/** Errors in words that a caller can act on. No GraphQL here: jobs and the command line throw the same. */

/** An outcome of a mutation that the caller can act on; it becomes a member of the mutation's result union. */
export abstract class UserError extends Error {
  abstract override readonly name: string

  /** Plain words, safe to show. */
  get detail(): string {
    return this.message
  }
}

/** Missing, hidden and foreign alike: the answer never tells which. */
export class NotFoundError extends UserError {
  override readonly name = 'NotFoundError'
}

/** One thing wrong with an input; `path` leads to it from the input's root. */
export interface InputIssue {
  path: string[]
  detail: string
}

/** The input cannot be accepted as it stands. */
export class InvalidInputError extends UserError {
  override readonly name = 'InvalidInputError'
  readonly issues: InputIssue[]

  constructor(issues: InputIssue[]) {
    super(
      issues.length === 1 && issues[0]
        ? issues[0].detail
        : `${issues.length} things are wrong with the input.`,
    )
    this.issues = issues
  }
}

/** The viewer may not do this; `permission` names what is missing, where a permission would help. */
export class PermissionDeniedError extends UserError {
  override readonly name = 'PermissionDeniedError'
  readonly permission: string | null

  constructor(detail: string, permission: string | null = null) {
    super(detail)
    this.permission = permission
  }
}

/** The idempotency key was used with other content, or the thing changed meanwhile. */
export class ConflictError extends UserError {
  override readonly name = 'ConflictError'
}

/** Every code a top-level error can carry in `extensions.code`. */
export const requestErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'RATE_LIMITED',
  'CURSOR_EXPIRED',
  'MESSAGING_DISABLED',
  'READ_ONLY',
  'QUERY_TOO_EXPENSIVE',
  'UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
] as const

export type RequestErrorCode = (typeof requestErrorCodes)[number]

/** The request as a whole is refused; it becomes a top-level GraphQL error with this code. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: RequestErrorCode
  /** Milliseconds after which the same request may succeed. */
  readonly retryAfterMs: number | undefined
  /** More for the error's extensions, such as the companies to choose from. */
  readonly more: Record<string, unknown> | undefined

  constructor(code: RequestErrorCode, detail: string, retryAfterMs?: number, more?: Record<string, unknown>) {
    super(detail)
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.more = more
  }
}

/** The conversation takes no messages from this viewer: replies are off, or it is closed. */
export class RepliesClosedError extends UserError {
  override readonly name = 'RepliesClosedError'
}

/** The thread is as deep as the company allows. */
export class ThreadTooDeepError extends UserError {
  override readonly name = 'ThreadTooDeepError'
  readonly maxDepth: number

  constructor(detail: string, maxDepth: number) {
    super(detail)
    this.maxDepth = maxDepth
  }
}

/** The same send under the same key has been committed by another call a moment ago: the answer is that one's. */
export class TwinCommittedError extends Error {
  override readonly name = 'TwinCommittedError'
}
