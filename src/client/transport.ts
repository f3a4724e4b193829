import { type Connection, type ConnectionOptions, SocketConnection } from './connection.ts'
import { createEventStreams } from './event-streams.ts'
import type { RequestTarget } from './request.ts'

/**
 * The way of events: `socket` is one WebSocket, `events` are Server-Sent Events, and `auto` is the socket unless the network lets none
 * through.
 */
export type Transport = 'auto' | 'socket' | 'events'

/** As many sockets in a row that could not be opened, though the server answered, mean that the network lets none through. */
const MAX_BLOCKED = 3
/** After this time the next subscription tries a socket again. */
const BLOCKED_MS = 5 * 60_000

/** Creates a connection over the socket, or over Server-Sent Events where no socket can be opened. */
export function createTransport(
  target: RequestTarget,
  options: Omit<ConnectionOptions, 'url' | 'onBlocked'>,
  transport: Transport,
): Connection {
  let blocked = 0
  let blockedUntil = 0
  const socket = new SocketConnection({
    ...options,
    url: target.url,
    onStatus(...status) {
      if (status[0] === 'connected') blocked = 0
      options.onStatus(...status)
    },
    onBlocked() {
      blocked += 1
      if (blocked >= MAX_BLOCKED) blockedUntil = Date.now() + BLOCKED_MS
    },
  })
  const events = createEventStreams(target, options.onStatus)
  const isOverEvents = () => transport === 'events' || (transport === 'auto' && Date.now() < blockedUntil)
  return {
    subscribe: (...subscription) => (isOverEvents() ? events : socket).subscribe(...subscription),
    onConnected(listener) {
      const leave = [socket.onConnected(listener), events.onConnected(listener)]
      return () => {
        for (const each of leave) each()
      }
    },
    close() {
      socket.close()
      events.close()
    },
  }
}
