import type { IncomingMessage } from 'node:http'
import { newId } from '../ids.ts'
import { clientAddress } from './client-address.ts'

/** The client that a request comes from, as the audit trail tells it. */
export interface RequestOrigin {
  /** The IP address, with the configured number of proxies counted. */
  address: string
  /** The User-Agent header, at most 256 characters. Empty if there is none. */
  userAgent: string
  /** The X-Request-Id header, or an id of our own. On a socket each operation has one of its own. */
  requestId: string
}

const MAX_USER_AGENT = 256
/** Other ids are replaced, because the id becomes part of log lines and of the audit trail. */
const REQUEST_ID = /^[\w.:-]{1,64}$/

/** Returns the origin of an HTTP request. */
export function requestOrigin(request: IncomingMessage, trustedProxies: number): RequestOrigin {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
  return { ...clientOf(request, trustedProxies), requestId }
}

/** Returns a function for the origins of the operations on a socket, from its upgrade request. */
export function socketOrigins(request: IncomingMessage, trustedProxies: number): () => RequestOrigin {
  const client = clientOf(request, trustedProxies)
  return () => ({ ...client, requestId: newId() })
}

function clientOf(request: IncomingMessage, trustedProxies: number) {
  // A header is Latin-1, so no character is cut in half. Control characters would spoil a line of text.
  const userAgent = (request.headers['user-agent'] ?? '')
    .slice(0, MAX_USER_AGENT)
    .replaceAll(/[^\x20-\x7e]/g, '?')
  return { address: clientAddress(request, trustedProxies), userAgent }
}
