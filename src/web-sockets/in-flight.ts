import type { WebSocket } from 'ws'
import { RequestError } from '../errors.ts'

/** The queries and mutations of sockets that have no answer yet. */
export interface InFlight {
  /** Throws UNAVAILABLE once it is closed. */
  add(socket: WebSocket, request: object): void
  /** Does nothing if the request was not added. */
  delete(socket: WebSocket, request: object): void
  /** Resolves when no request of the socket is in flight. */
  settled(socket: WebSocket): Promise<void>
  /** Accepts no more requests, because a stopping server would never finish with a client that continues to send. */
  close(): void
}

const RETRY_MS = 1_000

interface Waiting {
  requests: Set<object>
  whenSettled: (() => void)[]
}

/** Creates an empty collection. */
export function createInFlight(): InFlight {
  const sockets = new Map<WebSocket, Waiting>()
  let isClosed = false
  return {
    add(socket, request) {
      if (isClosed) throw new RequestError('UNAVAILABLE', 'This server is stopping: ask again.', RETRY_MS)
      const waiting = sockets.get(socket) ?? { requests: new Set(), whenSettled: [] }
      waiting.requests.add(request)
      sockets.set(socket, waiting)
    },
    delete(socket, request) {
      const waiting = sockets.get(socket)
      if (!waiting?.requests.delete(request) || waiting.requests.size > 0) return
      sockets.delete(socket)
      for (const resolve of waiting.whenSettled) resolve()
    },
    async settled(socket) {
      const waiting = sockets.get(socket)
      if (waiting) await new Promise<void>((resolve) => waiting.whenSettled.push(resolve))
    },
    close() {
      isClosed = true
    },
  }
}
