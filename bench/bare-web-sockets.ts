import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep, setImmediate as turnOfLoop } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { prose } from './sending.ts'

const BODY = prose(160)

/** A server that knows nothing but WebSockets: the limit of this machine. */
export interface BareServer {
  url: string
  /** Sends one frame, built once, to all subscribed sockets. Resolves when they have taken it. */
  toAll(seq: number): Promise<number>
  /** Resolves when as many sockets have subscribed. */
  subscribed(count: number): Promise<void>
  close(): void
}

/** Starts it in this process. Each socket is sent the frames with the first `missed` numbers when it subscribes. */
export async function startBareServer(missed = 0): Promise<BareServer> {
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  const sockets = new Set<WebSocket>()
  server.on('connection', (socket) => {
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) {
        socket.send('{"type":"connection_ack"}')
        return
      }
      sockets.add(socket)
      for (let seq = 1; seq <= missed; seq += 1) socket.send(frame(seq), { binary: false })
    })
  })
  await once(http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }), 'listening')
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async toAll(seq) {
      const shared = frame(seq)
      for (const socket of sockets) socket.send(shared, { binary: false })
      while ([...sockets].some(({ bufferedAmount }) => bufferedAmount > 0)) await turnOfLoop()
      await turnOfLoop()
      return sockets.size
    },
    async subscribed(count) {
      while (sockets.size < count) await sleep(20)
    },
    close() {
      server.close()
      http.close()
    },
  }
}

function frame(seq: number): Buffer {
  return Buffer.from(`{"id":"1","type":"next","payload":{"seq":${seq},"body":"${Date.now()} ${BODY}"}}`)
}
