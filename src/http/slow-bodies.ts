import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** How long bodies may take. */
export interface BodyTimes {
  /** Milliseconds for a body; Node.js itself has one time for all requests of a server. */
  maxMs: number
  /** Milliseconds between looks. */
  everyMs: number
  /** True for a request that may take as long as the server's own time. */
  isPatient(request: IncomingMessage): boolean
}

/** Ends requests whose body comes too slowly, so that they do not occupy the server. */
export function endSlowBodies(http: HttpServer, { maxMs, everyMs, isPatient }: BodyTimes): void {
  const open = new Map<Socket, { request: IncomingMessage; since: number }>()
  http.on('request', (request) => {
    if (!isPatient(request)) open.set(request.socket, { request, since: performance.now() })
  })
  const timer = setInterval(() => {
    const before = performance.now() - maxMs
    for (const [socket, { request, since }] of open) {
      if (request.complete || socket.destroyed) open.delete(socket)
      else if (since < before) {
        open.delete(socket)
        socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n', () => socket.destroy())
      }
    }
  }, everyMs).unref()
  http.once('close', () => clearInterval(timer))
}
