/**
 * Errors with a message for the caller. They are independent of GraphQL, because jobs and the command line throw them
 * too.
 */

/** An outcome of a mutation that the caller can act on. It becomes a member of the mutation's result union. */
export abstract class UserError extends Error {
  abstract override readonly name: string

  /** A plain English explanation that is safe to show to users. */
  get detail(): string {
    return this.message
  }
}

/** The object does not exist, is hidden, or belongs to another company. The three cases cannot be told apart. */
export class NotFoundError extends UserError {
  override readonly name = 'NotFoundError'
}

/** A problem of an input. `path` leads to it from the input's root. */
export interface InputIssue {
  path: string[]
  detail: string
}

/** The input is invalid. */
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

/** The viewer lacks the right to do this. `permission` is the missing permission, or null if none would allow it. */
export class PermissionDeniedError extends UserError {
  override readonly name = 'PermissionDeniedError'
  readonly permission: string | null

  constructor(detail: string, permission: string | null = null) {
    super(detail)
    this.permission = permission
  }
}

/** The idempotency key was used with other content, or the object is in a state that does not allow the change. */
export class ConflictError extends UserError {
  override readonly name = 'ConflictError'
}

/** All codes of top-level errors in `extensions.code`. */
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

/** The whole request is rejected. It becomes a top-level GraphQL error with this code. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: RequestErrorCode
  /** Milliseconds after which the same request may succeed. */
  readonly retryAfterMs: number | undefined
  /** Further properties of the error's extensions, such as the companies to choose from. */
  readonly more: Record<string, unknown> | undefined

  constructor(code: RequestErrorCode, detail: string, retryAfterMs?: number, more?: Record<string, unknown>) {
    super(detail)
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.more = more
  }
}

/** The conversation accepts no messages from this viewer: replies are not allowed, or it is closed. */
export class RepliesClosedError extends UserError {
  override readonly name = 'RepliesClosedError'
}

/** Nothing of the person is accepted until a time, because earlier texts were taken for spam. */
export class SpamRefusedError extends UserError {
  override readonly name = 'SpamRefusedError'
  readonly cooldownUntil: Date

  constructor(cooldownUntil: Date) {
    super('This looks like spam: nothing is accepted from you for a while.')
    this.cooldownUntil = cooldownUntil
  }
}

/** A legal hold forbids it, because it would destroy evidence. */
export class LegalHoldError extends UserError {
  override readonly name = 'LegalHoldError'
}

/** The department decides about this membership, and nobody else. */
export class MembershipManagedError extends UserError {
  override readonly name = 'MembershipManagedError'
}

/** The reply would be deeper in its thread than the company allows. */
export class ThreadTooDeepError extends UserError {
  override readonly name = 'ThreadTooDeepError'
  readonly maxDepth: number

  constructor(detail: string, maxDepth: number) {
    super(detail)
    this.maxDepth = maxDepth
  }
}

/** Another call with the same idempotency key has committed the same send a moment ago. Its result is the answer. */
export class TwinCommittedError extends Error {
  override readonly name = 'TwinCommittedError'
}
