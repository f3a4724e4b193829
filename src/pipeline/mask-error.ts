import { PothosValidationError } from '@pothos/core'
import { GraphQLError } from 'graphql'
import type { Logger } from 'pino'
import { KeyUnavailableError } from '../encryption/errors.ts'
import {
  NotFoundError,
  PermissionDeniedError,
  RequestError,
  type RequestErrorCode,
  requestErrorCodes,
  UserError,
} from '../errors.ts'
import { newId } from '../ids.ts'

/** The HTTP status of a request that is rejected as a whole. An answer with data has status 200. */
const STATUS: Partial<Record<RequestErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
}

const KEYS_UNAVAILABLE = 'The keys of this company cannot be used just now; the log of the server says why.'
const RETRY_KEYS_MS = 5_000

/**
 * Turns an error into one that a client may see: a rejection with its code, and a fault with a reference to the log,
 * which contains the details.
 */
export function maskError(error: unknown, log: Logger): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined
  const cause = rootOf(error)
  if (cause instanceof RequestError) return refuse(cause, located)
  if (cause instanceof UserError) return refuse(new RequestError(codeOf(cause), cause.detail), located)
  if (located && cause instanceof GraphQLError && isAboutRequest(located, cause)) return withCode(located)
  if (cause instanceof KeyUnavailableError) {
    log.error({ err: cause, path: located?.path }, 'the keys of a company cannot be used')
    return refuse(new RequestError('UNAVAILABLE', KEYS_UNAVAILABLE, RETRY_KEYS_MS), located)
  }
  const reference = newId()
  log.error({ err: cause, reference, path: located?.path }, 'a request failed')
  return relocated(`Something went wrong on our side; the reference is ${reference}.`, located, {
    code: 'INTERNAL_SERVER_ERROR',
    reference,
    ...statusOf('INTERNAL_SERVER_ERROR', located),
  })
}

/** True if the caller is not to blame: a fault of ours, or too much to do. */
export function isFault(error: unknown): boolean {
  const located = error instanceof GraphQLError ? error : undefined
  const cause = rootOf(error)
  if (cause instanceof RequestError) return (STATUS[cause.code] ?? 0) >= 500
  if (cause instanceof UserError) return false
  return !(located && cause instanceof GraphQLError && isAboutRequest(located, cause))
}

/** Removes the suggestions of graphql-js, which would reveal the schema bit by bit to clients that may not read it. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ ?Did you mean .*\?/gs, '')
  return message === error.message ? error : relocated(message, error, error.extensions)
}

function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error
}

/**
 * True if the error is about the request. graphql-js uses one class for bad requests and for a resolver's bad result.
 * Before execution it is the request; in a field it is errors with a code, and arguments.
 */
function isAboutRequest(located: GraphQLError, cause: GraphQLError): boolean {
  if (!located.path || isCode(cause.extensions.code) || cause instanceof PothosValidationError) return true
  return cause.message.startsWith('Argument "')
}

function codeOf(error: UserError): RequestErrorCode {
  if (error instanceof NotFoundError) return 'NOT_FOUND'
  return error instanceof PermissionDeniedError ? 'FORBIDDEN' : 'BAD_USER_INPUT'
}

function refuse(
  { code, message, retryAfterMs, more }: RequestError,
  located: GraphQLError | undefined,
): GraphQLError {
  return relocated(message, located, {
    ...more,
    code,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...statusOf(code, located),
  })
}

/** GraphQL Yoga's own codes are not in the closed list. */
function withCode(error: GraphQLError): GraphQLError {
  const { code, http, retryAfterMs, reference } = error.extensions
  return relocated(error.message, error, {
    code: isCode(code) ? code : 'BAD_USER_INPUT',
    ...(reference !== undefined && { reference }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(http !== undefined && { http }),
  })
}

function isCode(code: unknown): code is RequestErrorCode {
  return requestErrorCodes.some((known) => known === code)
}

function statusOf(code: RequestErrorCode, located: GraphQLError | undefined) {
  const status = located?.path ? undefined : STATUS[code]
  return status === undefined ? undefined : { http: { status } }
}

function relocated(
  message: string,
  located: GraphQLError | undefined,
  extensions: Record<string, unknown>,
): GraphQLError {
  return new GraphQLError(message, {
    ...(located?.nodes && { nodes: located.nodes }),
    ...(located?.source && { source: located.source }),
    ...(located?.positions && { positions: located.positions }),
    ...(located?.path && { path: located.path }),
    extensions,
  })
}
