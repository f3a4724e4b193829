import { type Client, createClient } from 'graphql-ws/client'
import { type AnswerError, ColloquyError, streamProblem } from './errors.ts'

/** Hears of one subscription. */
export interface Listener {
  next(answer: { data?: unknown; errors?: readonly AnswerError[] }): void
  /** With what graphql-ws gives: the errors of a rejection, the event of a closed socket, or an error. */
  error(reason: unknown): void
  complete(): void
}

/** The one socket that a client's streams share; it is opened for the first and closed after the last. */
export interface Connection {
  /** Subscribes once; whatever ends the subscription, it is for the listener to subscribe again. */
  subscribe(query: string, variables: Record<string, unknown>, listener: Listener): () => void
  /** Calls the listener whenever a socket has been opened; the returned function calls it off. */
  onConnected(listener: () => void): () => void
  close(): void
}

/** Hears of the socket: that it is open, or has been lost or could not be opened, and why. */
export type StatusListener = (status: 'connected' | 'disconnected', problem?: ColloquyError) => void

/** Where and how a socket is opened. */
export interface ConnectionOptions {
  /** With http or https. */
  url(): string
  /** A new ticket for every socket: each opens one. */
  ticket(): Promise<string>
  /** For platforms without a WebSocket of their own, such as Node 20. */
  webSocket: unknown
  onStatus: StatusListener
}

const PING_MS = 10_000
const PONG_WITHIN_MS = 10_000
const ACKNOWLEDGED_WITHIN_MS = 15_000
/** A page that changes its streams keeps its socket. */
const IDLE_MS = 1_000

const NORMAL_CLOSURE = 1000

/** Where nobody answers: graphql-ws would wait for ever for an address that cannot be told. */
const NOWHERE = 'wss://localhost:0'

/** Opens connections as streams want them. */
export function createConnection({ url, ticket, webSocket, onStatus }: ConnectionOptions): Connection {
  let pongTimer: ReturnType<typeof setTimeout> | undefined
  let wanted: { ticket: string } | undefined
  let failure: unknown
  let isConnected = false
  let isClosed = false
  let socket: Client | undefined
  const onceConnected = new Set<() => void>()
  const followers = new Set<Listener>()

  /** What the page does with it is no reason to stop. */
  function tell(...status: Parameters<StatusListener>): void {
    try {
      onStatus(...status)
    } catch (error) {
      // biome-ignore lint/suspicious/noConsole: there is nobody else to tell.
      console.error(error)
    }
  }

  function open(): Client {
    if (webSocket == null && globalThis.WebSocket === undefined) {
      throw new ColloquyError(
        'BAD_USER_INPUT',
        'This platform has no WebSocket: give one as the option `webSocket`, such as that of the package ws.',
      )
    }
    return createClient({
      async url() {
        // Before the socket is opened, on which the server waits only so long for its ticket.
        try {
          wanted = { ticket: await ticket() }
          failure = undefined
          return url().replace(/^http/, 'ws')
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
      ...(webSocket != null && { webSocketImpl: webSocket }),
      on: {
        ping(received) {
          if (received) return
          // A network that has gone says nothing: no answer means that there is none any more.
          clearTimeout(pongTimer)
          pongTimer = setTimeout(() => socket?.terminate(), PONG_WITHIN_MS)
        },
        pong: (received) => received && clearTimeout(pongTimer),
        connected() {
          isConnected = true
          for (const listener of [...onceConnected]) listener()
          tell('connected')
        },
        closed(event) {
          clearTimeout(pongTimer)
          const wasConnected = isConnected
          isConnected = false
          const isNormal = (event as { code?: number }).code === NORMAL_CLOSURE
          // Whoever still follows did not want that; graphql-ws would connect again at once, and again.
          if (isNormal) for (const follower of [...followers]) follower.error(event)
          const problem = isNormal ? undefined : streamProblem(failure ?? event)
          if (wasConnected || (problem && !isClosed)) tell('disconnected', isClosed ? undefined : problem)
        },
      },
    })
  }

  return {
    subscribe(query, variables, listener) {
      const error = (reason: unknown) => listener.error(failure ?? reason)
      const follower = { ...listener, error }
      socket ??= open()
      followers.add(follower)
      const unsubscribe = socket.subscribe({ query, variables }, follower as never)
      return () => {
        followers.delete(follower)
        unsubscribe()
      }
    },
    onConnected(listener) {
      onceConnected.add(listener)
      return () => void onceConnected.delete(listener)
    },
    close() {
      isClosed = true
      // The connection that is just being made may fail, and then nobody is left to hear of it.
      void Promise.resolve(socket?.dispose()).catch(() => {})
    },
  }
}
