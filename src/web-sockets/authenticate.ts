import { sessionOfTicket, sessionOfToken } from '../auth/session.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { bearerToken } from '../pipeline/request-context.ts'
import type { Device, SocketDevices } from '../presence/device.ts'
import type { ClientSocket } from './client-socket.ts'

/** The payload of `connection_init`. */
export interface ConnectionParams extends Record<string, unknown> {
  ticket?: unknown
  authorization?: unknown
  companyId?: unknown
  /** The client's protocol version, a whole number. */
  clientVersion?: unknown
}

/** Returns the viewer who opens the socket. Throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT. */
export async function authenticate(
  { signIn }: Services,
  { ticket, authorization, companyId }: ConnectionParams,
): Promise<Viewer> {
  if (isGiven(ticket) && isGiven(authorization)) {
    throw new RequestError(
      'UNAUTHENTICATED',
      'Send a ticket or an authorization in connection_init, not both.',
    )
  }
  if (isGiven(companyId) && typeof companyId !== 'string') {
    throw new RequestError('BAD_USER_INPUT', 'companyId must be a string.')
  }
  const choice = typeof companyId === 'string' ? { named: companyId } : {}
  if (typeof ticket === 'string') return signIn.withTicket(ticket, choice)
  if (typeof authorization !== 'string') {
    throw new RequestError(
      'UNAUTHENTICATED',
      'Send { "ticket": "…" } or { "authorization": "Bearer …" } in connection_init.',
    )
  }
  return signIn.withToken(bearerToken(authorization), choice)
}

/** Registers the socket as a device of its viewer until it closes. */
export function openDevice(
  devices: SocketDevices,
  viewer: Viewer,
  { ticket, authorization }: ConnectionParams,
  socket: ClientSocket,
): Device {
  const session =
    typeof ticket === 'string' ? sessionOfTicket(ticket) : sessionOfToken(bearerToken(String(authorization)))
  const { device, close } = devices.open(viewer, session)
  socket.onceClosed(close)
  return device
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
