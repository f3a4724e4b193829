import type { IncomingMessage } from 'node:http'
import type { Server } from 'graphql-ws'
import type { Extra } from 'graphql-ws/use/ws'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { hasTooManyValues, tooManyValues } from '../graphql/many-values.ts'
import { closeCodes } from './close-codes.ts'
import type { SocketState } from './socket-protocol.ts'

const OPERATION =
  /^\s*\{\s*(?:"id"\s*:\s*"([^"\\]{1,256})"\s*,\s*"type"\s*:\s*"subscribe"|"type"\s*:\s*"subscribe"\s*,\s*"id"\s*:\s*"([^"\\]{1,256})")/

/**
 * Runs graphql-transport-ws on a socket. graphql-ws's own adapter prints the mistakes of clients to the console, and
 * treats messages that only a server may send as its own errors.
 */
export function speak(
  protocol: Server<Extra & Partial<SocketState>>,
  socket: WebSocket,
  request: IncomingMessage,
  log: Logger,
): void {
  const extra: Extra & Partial<SocketState> = { socket, request }
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (hear) =>
        socket.on('message', async (data) => {
          const text = String(data)
          if (hasTooManyValues(text)) return refuseMany(socket, text, extra.viewer !== undefined)
          extra.received = text
          await hear(text).catch((error: unknown) => closeFaulty(socket, error, log))
        }),
    },
    extra,
  )
  socket.once('close', (code, reason) => {
    closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'a WebSocket failed'))
  })
}

/** Refuses the operation alone where it names itself before its payload, as clients do; nothing of it is parsed. */
function refuseMany(socket: WebSocket, text: string, isSignedIn: boolean): void {
  const [, first, second] = (isSignedIn && OPERATION.exec(text)) || []
  const id = first ?? second
  if (id === undefined) socket.close(closeCodes.badRequest, tooManyValues)
  else {
    const error = { message: tooManyValues, extensions: { code: 'BAD_USER_INPUT' } }
    socket.send(JSON.stringify({ id, type: 'error', payload: [error] }))
  }
}

function closeFaulty(socket: WebSocket, error: unknown, log: Logger): void {
  if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
    socket.close(closeCodes.badRequest, 'Only a server sends such messages.')
    return
  }
  log.error({ err: error }, 'a message on a WebSocket failed')
  socket.close(closeCodes.internal, 'Internal server error')
}

/** Pings a socket, and closes it if it has not answered by the next ping. */
export function endWhenSilent(socket: WebSocket, everyMs: number): void {
  let hasAnswered = true
  socket.on('pong', () => {
    hasAnswered = true
  })
  const timer = setInterval(() => {
    if (!hasAnswered) return socket.terminate()
    if (socket.readyState !== socket.OPEN) return
    hasAnswered = false
    socket.ping()
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}
