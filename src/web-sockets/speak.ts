import type { Server } from 'graphql-ws'
import type { Logger } from 'pino'
import { hasTooManyValues, tooManyValues } from '../graphql/many-values.ts'
import type { ClientSocket } from './client-socket.ts'
import { closeCodes } from './close-codes.ts'
import type { SocketState } from './socket-state.ts'

const OPERATION =
  /^\s*\{\s*(?:"id"\s*:\s*"([^"\\]{1,256})"\s*,\s*"type"\s*:\s*"subscribe"|"type"\s*:\s*"subscribe"\s*,\s*"id"\s*:\s*"([^"\\]{1,256})")/

/**
 * Runs graphql-transport-ws on a socket. graphql-ws's own adapter prints the mistakes of clients to the console, and
 * treats messages that only a server may send as its own errors.
 */
export function speak(protocol: Server<SocketState>, state: SocketState, log: Logger): void {
  const { socket } = state
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
      close: (code, reason) => socket.close(code, reason),
      // Suspended until the operation ends, an async function would hold the message as long.
      onMessage: (hear) =>
        socket.on('message', (data) => {
          const text = String(data)
          if (hasTooManyValues(text)) return refuseMany(socket, text, state.viewer !== undefined)
          state.received = text
          hear(text).catch((error: unknown) => closeFaulty(socket, error, log))
          state.received = ''
        }),
    },
    state,
  )
  socket.once('close', (code, reason) => {
    closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'a WebSocket failed'))
  })
}

/** Refuses the operation alone where it names itself before its payload, as clients do; nothing of it is parsed. */
function refuseMany(socket: ClientSocket, text: string, isSignedIn: boolean): void {
  const [, first, second] = (isSignedIn && OPERATION.exec(text)) || []
  const id = first ?? second
  if (id === undefined) socket.close(closeCodes.badRequest, tooManyValues)
  else {
    const error = { message: tooManyValues, extensions: { code: 'BAD_USER_INPUT' } }
    socket.send(JSON.stringify({ id, type: 'error', payload: [error] }))
  }
}

function closeFaulty(socket: ClientSocket, error: unknown, log: Logger): void {
  if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
    socket.close(closeCodes.badRequest, 'Only a server sends such messages.')
    return
  }
  log.error({ err: error }, 'a message on a WebSocket failed')
  socket.close(closeCodes.internal, 'Internal server error')
}
