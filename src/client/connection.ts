import { createClient } from 'graphql-ws/client'
import type { AnswerError } from './errors.ts'

/** Hears of one subscription. */
export interface Listener {
  next(answer: { data?: unknown; errors?: readonly AnswerError[] }): void
  /** With what graphql-ws gives: the errors of a refusal, the event of a closed socket, or an error. */
  error(reason: unknown): void
  complete(): void
}

/** The one socket that a client's streams share; it is opened for the first and closed after the last. */
export interface Connection {
  /** Subscribes once; whatever ends the subscription, it is for the listener to subscribe again. */
  subscribe(query: string, variables: Record<string, unknown>, listener: Listener): () => void
  close(): void
}

/** Where and how a socket is opened. */
export interface ConnectionOptions {
  /** With http or https. */
  url(): string
  /** A new ticket for every socket: each opens one. */
  ticket(): Promise<string>
  /** For platforms without a WebSocket of their own, such as Node 20. */
  webSocket: unknown
  onStatus(status: 'connected' | 'disconnected'): void
}

const PING_MS = 10_000
const PONG_WITHIN_MS = 10_000
const ACKNOWLEDGED_WITHIN_MS = 15_000
/** A page that changes its streams keeps its socket. */
const IDLE_MS = 1_000

/** Where nobody answers: graphql-ws would wait for ever for an address that cannot be told. */
const NOWHERE = 'wss://localhost:0'

/** Opens connections as streams want them. */
export function createConnection({ url, ticket, webSocket, onStatus }: ConnectionOptions): Connection {
  let unanswered: ReturnType<typeof setTimeout> | undefined
  let wanted: { ticket: string } | undefined
  let failure: unknown
  let isConnected = false
  const socket = createClient({
    async url() {
      // Before the socket is opened, on which the server waits only so long for its ticket.
      try {
        wanted = { ticket: await ticket() }
        failure = undefined
        return new URL(url().replace(/^http/, 'ws')).href
      } catch (error) {
        failure = error
        return NOWHERE
      }
    },
    connectionParams: () => wanted,
    // Each stream resumes by itself, with its own cursor.
    retryAttempts: 0,
    lazyCloseTimeout: IDLE_MS,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: ACKNOWLEDGED_WITHIN_MS,
    ...(webSocket !== undefined && { webSocketImpl: webSocket }),
    on: {
      ping(received) {
        if (received) return
        // A network that has gone says nothing: no answer means that there is none any more.
        clearTimeout(unanswered)
        unanswered = setTimeout(() => socket.terminate(), PONG_WITHIN_MS)
      },
      pong: (received) => received && clearTimeout(unanswered),
      connected() {
        isConnected = true
        onStatus('connected')
      },
      closed() {
        clearTimeout(unanswered)
        if (isConnected) onStatus('disconnected')
        isConnected = false
      },
    },
  })
  return {
    subscribe(query, variables, listener) {
      const error = (reason: unknown) => listener.error(failure ?? reason)
      return socket.subscribe({ query, variables }, { ...listener, error } as never)
    },
    close() {
      // The connection that is just being made may fail, and then nobody is left to hear of it.
      void Promise.resolve(socket.dispose()).catch(() => {})
    },
  }
}
