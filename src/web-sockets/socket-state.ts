import type { Socket } from 'node:net'
import { type RememberedViewer, remembered, type Viewer } from '../auth/viewer.ts'
import { RequestError } from '../errors.ts'
import type { RequestOrigin } from '../http/request-origin.ts'
import { unauthenticated } from '../pipeline/sign-in-first.ts'
import type { Device } from '../presence/device.ts'
import { expiries } from '../subscriptions/expiries.ts'
import type { ClientSocket } from './client-socket.ts'
import { closeCodes } from './close-codes.ts'

/** A socket, and its client once it has signed in. */
export interface SocketState extends Record<PropertyKey, unknown> {
  readonly socket: ClientSocket
  readonly connection: Socket
  viewer: RememberedViewer | undefined
  device: Device | undefined
  /** Returns the origin of the next operation. */
  readonly originOfNext: () => RequestOrigin
  /** The ids of the open subscriptions. */
  streams: readonly string[]
  /** The text of the message that is being processed, until the operation in it has begun. */
  received: string
}

const MAX_STREAMS = 100
const NONE: readonly string[] = []

/** The state of a socket whose client has not signed in. */
export function openState(
  socket: ClientSocket,
  connection: Socket,
  originOfNext: () => RequestOrigin,
): SocketState {
  return {
    socket,
    connection,
    originOfNext,
    viewer: undefined,
    device: undefined,
    streams: NONE,
    received: '',
  }
}

/** Returns the viewer who has signed in. Throws UNAUTHENTICATED. */
export function viewerOf({ viewer }: SocketState): RememberedViewer {
  // graphql-ws has closed the socket of a client that did not sign in.
  if (!viewer) throw unauthenticated()
  return viewer
}

/** Remembers the viewer, and closes the socket when the access token expires. */
export function remember(state: SocketState, viewer: Viewer): void {
  const { socket } = state
  state.viewer = remembered(viewer)
  const expiresAt = viewer.expiresAt.getTime()
  const expiry = { due: () => socket.close(closeCodes.unauthorized, 'The access token has expired.') }
  expiries.add(expiresAt, expiry)
  socket.onceClosed(() => expiries.delete(expiresAt, expiry))
}

/** Counts a subscription of the socket. Throws QUERY_TOO_EXPENSIVE if there are too many. */
export function addStream(state: SocketState, id: string): void {
  if (state.streams.length >= MAX_STREAMS) {
    throw new RequestError(
      'QUERY_TOO_EXPENSIVE',
      `At most ${MAX_STREAMS} subscriptions are open on one connection: complete one first.`,
    )
  }
  state.streams = state.streams.concat(id)
}

/** Does nothing if the operation was not counted. */
export function removeStream(state: SocketState, id: string): void {
  if (!state.streams.includes(id)) return
  const left = state.streams.filter((each) => each !== id)
  state.streams = left.length === 0 ? NONE : left
}
