import { GraphQLError } from 'graphql'
import type { Logger } from 'pino'
import { InvalidInputError, Refusal, UserError } from '../errors.ts'
import { newId } from '../ids.ts'

/** The HTTP status of a request that is refused as a whole; an answer with data keeps 200. */
const STATUS: Partial<Record<Refusal['code'], number>> = {
  UNAUTHENTICATED: 401,
  UNAVAILABLE: 503,
}

/**
 * What a client may know of an error: refusals with their code, faults as a reference under which the log has the rest
 * (features 1.12). A GraphQL error without a cause comes from parsing, validating or coercing the request.
 */
export function maskError(error: unknown, log: Logger): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined
  const cause = located?.originalError ?? (located ? undefined : error)
  if (located && (cause === undefined || cause instanceof GraphQLError)) return withCode(located)
  if (cause instanceof Refusal) return refuse(cause, located)
  if (cause instanceof InvalidInputError) return refuse(new Refusal('BAD_USER_INPUT', cause.detail), located)
  if (cause instanceof UserError) return refuse(new Refusal('FORBIDDEN', cause.detail), located)
  const reference = newId()
  log.error({ err: cause, reference, path: located?.path }, 'a request failed')
  return relocated(`Something went wrong on our side; the reference is ${reference}.`, located, {
    code: 'INTERNAL_SERVER_ERROR',
    reference,
  })
}

function refuse(refusal: Refusal, located: GraphQLError | undefined): GraphQLError {
  const { code, retryAfterMs } = refusal
  const status = located?.path ? undefined : STATUS[code]
  return relocated(refusal.message, located, {
    code,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(status !== undefined && { http: { status } }),
  })
}

function withCode(error: GraphQLError): GraphQLError {
  return relocated(error.message, error, {
    ...error.extensions,
    code: error.extensions.code ?? 'BAD_USER_INPUT',
  })
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
