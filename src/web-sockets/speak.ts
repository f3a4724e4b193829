import type { IncomingMessage } from 'node:http'
import type { Server } from 'graphql-ws'
import type { Extra } from 'graphql-ws/use/ws'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { closeCodes } from './close-codes.ts'
import type { SocketState } from './socket-protocol.ts'

/**
 * Speaks graphql-transport-ws on a socket. graphql-ws's own adapter prints what a client does wrong to the console and takes
 * messages that only a server may send for faults of its own.
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

function closeFaulty(socket: WebSocket, error: unknown, log: Logger): void {
  if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
    socket.close(closeCodes.badRequest, 'Only a server sends such messages.')
    return
  }
  log.error({ err: error }, 'a message on a WebSocket failed')
  socket.close(closeCodes.internal, 'Internal server error')
}

/** Pings a socket, and ends it if it has not answered by the next time. */
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
