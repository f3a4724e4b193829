import type { WebSocket } from 'ws'

/** The queries and mutations of sockets that have not been answered yet. */
export interface Unanswered {
  add(socket: WebSocket, request: object): void
  /** Does nothing for what was not added. */
  delete(socket: WebSocket, request: object): void
  /** Resolves when nothing asked on the socket waits for its answer. */
  settled(socket: WebSocket): Promise<void>
}

interface Waiting {
  requests: Set<object>
  whenSettled: (() => void)[]
}

/** Creates an empty record. */
export function createUnanswered(): Unanswered {
  const sockets = new Map<WebSocket, Waiting>()
  return {
    add(socket, request) {
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
  }
}
