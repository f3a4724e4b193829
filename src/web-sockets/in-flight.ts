import type { WebSocket } from 'ws'
import { RequestError } from '../errors.ts'

/** The queries and mutations of sockets that have not been answered yet. */
export interface InFlight {
  /** Throws UNAVAILABLE once it is closed. */
  add(socket: WebSocket, request: object): void
  /** Does nothing for what was not added. */
  delete(socket: WebSocket, request: object): void
  /** Resolves when nothing asked on the socket waits for its answer. */
  settled(socket: WebSocket): Promise<void>
  /** Takes nothing more: a server that stops would never come to an end with a client that asks on and on. */
  close(): void
}

const RETRY_MS = 1_000

interface Waiting {
  requests: Set<object>
  whenSettled: (() => void)[]
}

/** Creates an empty record. */
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
