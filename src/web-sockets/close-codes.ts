import type { GraphQLError } from 'graphql'
import { CloseCode } from 'graphql-ws'
import type { WebSocket } from 'ws'

/**
 * The reasons for which the server closes a socket. docs/protocol.md tells clients what to do. 4406, 4408, 4409 and the
 * first use of 4429 are defined by graphql-transport-ws.
 */
export const closeCodes = {
  /** The server stops, and another one takes over. */
  restart: 1012,
  badRequest: CloseCode.BadRequest,
  unauthorized: CloseCode.Unauthorized,
  forbidden: CloseCode.Forbidden,
  /** The client is too old: its page is to be reloaded. */
  outdated: 4426,
  /** Too many messages per second, or too many sockets of a person. */
  tooMany: CloseCode.TooManyInitialisationRequests,
  unavailable: 4503,
  internal: CloseCode.InternalServerError,
} as const

/**
 * Closes a socket whose client is rejected. The code tells whether to change the request, the credential or the time,
 * or to give up.
 */
export function closeRefused(socket: WebSocket, error: GraphQLError): void {
  socket.close(codeOf(error.extensions.code), closeReasonOf(error))
}

function codeOf(code: unknown): number {
  if (code === 'UNAVAILABLE' || code === 'INTERNAL_SERVER_ERROR') return closeCodes.unavailable
  if (code === 'RATE_LIMITED') return closeCodes.tooMany
  if (code === 'BAD_USER_INPUT') return closeCodes.badRequest
  return code === 'UNAUTHENTICATED' ? closeCodes.unauthorized : closeCodes.forbidden
}

/** A close frame carries at most 123 bytes of reason (RFC 6455, section 5.5). */
function closeReasonOf(error: GraphQLError): string {
  return Buffer.from(error.message)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\ufffd+$/u, '')
}
