import { type Client, CloseCode, createClient } from 'graphql-ws/client'
import { type AnswerError, ColloquyError, streamProblem } from './errors.ts'

/** The callbacks of one subscription. */
export interface Listener {
  next(answer: { data?: unknown; errors?: readonly AnswerError[] }): void
  /**
   * Receives the reason as graphql-ws reports it: the errors of a rejection, the event of a closed socket, or an error.
   */
  error(reason: unknown): void
  complete(): void
}

/** The socket that all streams of a client share. It is opened for the first stream and closed after the last. */
export interface Connection {
  /** Subscribes once. When the subscription ends for any reason, the listener must subscribe again. */
  subscribe(query: string, variables: Record<string, unknown>, listener: Listener): () => void
  /** Calls the listener when a socket has been opened. The returned function removes it. */
  onConnected(listener: () => void): () => void
  close(): void
}

/** Called when the socket is open, and when it was lost or could not be opened, with the reason. */
export type StatusListener = (status: 'connected' | 'disconnected', problem?: ColloquyError) => void

/** The settings of a connection. */
export interface ConnectionOptions {
  /** Returns an http or https address. */
  url(): string
  /** Returns a new ticket, because a ticket opens one socket only. */
  ticket(): Promise<string>
  /** A WebSocket class for platforms without one, such as Node 20. */
  webSocket: unknown
  onStatus: StatusListener
  /** Called when no socket could be opened although there was a ticket, as where a network lets none through. */
  onBlocked(): void
}

/** The version of the protocol that this client speaks. A server closes with 4426 what it no longer speaks with. */
const PROTOCOL_VERSION = 1
const PING_MS = 10_000
const PONG_WITHIN_MS = 10_000
const ACKNOWLEDGED_WITHIN_MS = 15_000
/** The socket stays open for this time without a stream, so that a page can replace its streams. */
const IDLE_MS = 1_000

const NORMAL_CLOSURE = 1000
/** The codes of sockets that were not opened, or on which nobody has answered. No server sends them. */
const NOT_OPENED: ReadonlySet<number> = new Set([1006, CloseCode.ConnectionAcknowledgementTimeout])

/** An address without a server. If `url` threw, graphql-ws would wait for ever. */
const NOWHERE = 'wss://localhost:0'

/** Creates a connection, which opens its socket with the first stream. */
export function createConnection({
  url,
  ticket,
  webSocket,
  onStatus,
  onBlocked,
}: ConnectionOptions): Connection {
  let pongTimer: ReturnType<typeof setTimeout> | undefined
  let wanted: { ticket: string; clientVersion: number } | undefined
  let failure: unknown
  let isConnected = false
  let isClosed = false
  let socket: Client | undefined
  const onceConnected = new Set<() => void>()
  const followers = new Set<Listener>()

  function open(): Client {
    if (webSocket == null && globalThis.WebSocket === undefined) {
      throw new ColloquyError(
        'BAD_USER_INPUT',
        'This platform has no WebSocket: give one as the option `webSocket`, such as that of the package ws.',
      )
    }
    return createClient({
      async url() {
        // Fetched before the socket is opened, because the server closes a socket that sends no ticket in time.
        try {
          wanted = { ticket: await ticket(), clientVersion: PROTOCOL_VERSION }
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
          // A lost network reports nothing, so a missing pong means that the connection is gone.
          clearTimeout(pongTimer)
          pongTimer = setTimeout(() => socket?.terminate(), PONG_WITHIN_MS)
        },
        pong: (received) => received && clearTimeout(pongTimer),
        connected() {
          isConnected = true
          for (const listener of [...onceConnected]) listener()
          onStatus('connected')
        },
        closed(event) {
          clearTimeout(pongTimer)
          const wasConnected = isConnected
          isConnected = false
          const { code } = event as { code?: number }
          const isNormal = code === NORMAL_CLOSURE
          if (!wasConnected && failure === undefined && code !== undefined && NOT_OPENED.has(code))
            onBlocked()
          // The streams did not ask for this close. graphql-ws would reconnect at once, again and again.
          if (isNormal) for (const follower of [...followers]) follower.error(event)
          const problem = isNormal ? undefined : streamProblem(failure ?? event)
          if (wasConnected || (problem && !isClosed)) onStatus('disconnected', isClosed ? undefined : problem)
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
      // The connection may fail while it is opened, and no listener is left for the error.
      void Promise.resolve(socket?.dispose()).catch(() => {})
    },
  }
}
