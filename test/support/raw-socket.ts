import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A frame of graphql-transport-ws. */
export interface Frame {
  type: string
  id?: string
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for.
  payload?: any
}

/** The code and reason with which a socket was closed. */
export interface Closed {
  code: number
  reason: string
}

/** A WebSocket that sends exactly the given frames, valid or not. */
export interface RawSocket {
  socket: WebSocket
  /** Everything received. */
  frames: Frame[]
  /** Sends a frame; a string goes as it is. */
  say(frame: Frame | string | Buffer): void
  /** The first frame that matches, among those received and those to come; fails if the socket closes before. */
  frame(matches: (frame: Frame) => boolean): Promise<Frame>
  /** Sends one operation and waits for its first answer, whether a result or a rejection. */
  ask(query: string, more?: Record<string, unknown>): Promise<Frame>
  closed: Promise<Closed>
}

/** Opens a socket, and says `connection_init` if given what to say in it. */
export async function openRawSocket(url: string, params?: unknown): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  let end: Closed | undefined
  const wake = () => {
    for (const look of waiting) look()
  }
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)))
    wake()
  })
  socket.on('error', () => {})
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => {
      end = { code, reason: String(reason) }
      wake()
      resolve(end)
    })
  })
  let operations = 0
  const raw: RawSocket = {
    socket,
    frames,
    closed,
    say: (frame) =>
      socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    frame: (matches) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = frames.find(matches)
          if (!found && !end) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(new Error(`The socket was closed: ${JSON.stringify({ end, frames })}`))
        }
        waiting.add(look)
        look()
      }),
    ask(query, more = {}) {
      operations += 1
      const id = `operation-${operations}`
      raw.say({ type: 'subscribe', id, payload: { query, ...more } })
      return raw.frame((frame) => frame.id === id)
    },
  }
  await once(socket, 'open')
  if (params !== undefined) raw.say({ type: 'connection_init', payload: params })
  return raw
}

/** Opens a socket that must be accepted. */
export async function openSocket(url: string, params: unknown): Promise<RawSocket> {
  const raw = await openRawSocket(url, params)
  await raw.frame(({ type }) => type === 'connection_ack')
  return raw
}

/** Opens a socket that must be refused, and says how. */
export async function refusedSocket(url: string, params: unknown): Promise<Closed> {
  return (await openRawSocket(url, params)).closed
}
