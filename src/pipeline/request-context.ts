import { sessionOfToken } from '../auth/session.ts'
import type { RememberedViewer, Viewer } from '../auth/viewer.ts'
import { type Context, createContext, type Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import type { RequestOrigin } from '../http/request-origin.ts'
import type { Device } from '../presence/device.ts'
import { ticketCompany } from './ticket-company.ts'
import { watchSignIn } from './watch-sign-in.ts'

/** Reads a header of a request by its name in lower case, whatever holds it. */
export type ReadHeader = (name: string) => string | undefined

/** Signs in whoever sent the request; undefined without an Authorization header. Throws RequestError. */
export async function signInRequest(
  services: Services,
  header: ReadHeader,
  params: Parameters<typeof ticketCompany>[0],
  findOrigin: () => RequestOrigin,
): Promise<Viewer | undefined> {
  const authorization = header('authorization')
  if (authorization === undefined) return undefined
  const signingIn = services.signIn.withToken(bearerToken(authorization), {
    named: header('x-company-id'),
    ifSeveral: ticketCompany(params),
  })
  return watchSignIn(services, signingIn, findOrigin)
}

/** The client behind a socket. */
export interface SocketClient {
  viewer: RememberedViewer
  device?: Device | undefined
  /** Returns the origin of the next operation. */
  originOfNext?: (() => RequestOrigin) | undefined
}

/** The context of an operation that came over HTTP. */
export function requestContext(
  services: Services,
  viewer: Viewer,
  header: ReadHeader,
  findOrigin: () => RequestOrigin,
): Context {
  return createContext(services, viewer, {
    origin: once(findOrigin),
    transport: 'http',
    idempotencyKey: header('idempotency-key'),
    lastEventId: header('last-event-id') || undefined,
    device: () => deviceOf(header),
  })
}

/** The context of an operation on a socket, which outlives changes of role and settings: each sees them as they are. */
export async function socketContext(
  services: Services,
  { viewer, device, originOfNext }: SocketClient,
): Promise<Context> {
  if (viewer.expiresAt.getTime() <= Date.now())
    throw new RequestError('UNAUTHENTICATED', 'The access token has expired.')
  const current = await services.viewers.renew(viewer)
  return createContext(services, current, {
    transport: 'websocket',
    ...(device && { device: () => device }),
    ...(originOfNext && { origin: once(originOfNext) }),
  })
}

/** Reads the origin when it is first asked for: most operations never do. */
function once(find: () => RequestOrigin): () => RequestOrigin {
  let found: RequestOrigin | undefined
  return () => {
    found ??= find()
    return found
  }
}

/** The token of an Authorization header (RFC 6750); throws UNAUTHENTICATED if it is none. */
export function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  if (!token)
    throw new RequestError(
      'UNAUTHENTICATED',
      'The Authorization header must be "Bearer" and an access token.',
    )
  return token
}

/** Over HTTP whatever uses the same access token is one device. */
function deviceOf(header: ReadHeader): Device {
  const session = sessionOfToken(bearerToken(header('authorization') ?? ''))
  return { id: session, session }
}
