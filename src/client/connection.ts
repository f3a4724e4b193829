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

/** A socket, or whatever else the streams of a client share. */
export interface Connection {
  /** Subscribes once. When the subscription ends for any reason, the listener must subscribe again. */
  subscribe(query: string, variables: Record<string, unknown>, listener: Listener): () => void
  /** Calls the listener when it has been opened. The returned function removes it. */
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

/** The socket that all streams of a client share. It is opened for the first stream and closed after the last. */
export class SocketConnection implements Connection {
  readonly #options: ConnectionOptions
  readonly #onceConnected = new Set<() => void>()
  readonly #followers = new Set<Listener>()
  #socket: Client | undefined
  #pongTimer: ReturnType<typeof setTimeout> | undefined
  #failure: unknown
  #isConnected = false
  #isClosed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  subscribe(query: string, variables: Record<string, unknown>, listener: Listener): () => void {
    const error = (reason: unknown) => listener.error(this.#failure ?? reason)
    const follower = { ...listener, error }
    this.#socket ??= this.#open()
    this.#followers.add(follower)
    const unsubscribe = this.#socket.subscribe({ query, variables }, follower as never)
    return () => {
      this.#followers.delete(follower)
      unsubscribe()
    }
  }

  onConnected(listener: () => void): () => void {
    this.#onceConnected.add(listener)
    return () => void this.#onceConnected.delete(listener)
  }

  close(): void {
    this.#isClosed = true
    // The connection may fail while it is opened, and no listener is left for the error.
    void Promise.resolve(this.#socket?.dispose()).catch(() => {})
  }

  #open(): Client {
    const { url, ticket, webSocket } = this.#options
    if (webSocket == null && globalThis.WebSocket === undefined) {
      throw new ColloquyError(
        'BAD_USER_INPUT',
        'This platform has no WebSocket: give one as the option `webSocket`, such as that of the package ws.',
      )
    }
    let wanted: { ticket: string; clientVersion: number } | undefined
    return createClient({
      url: async () => {
        // Fetched before the socket is opened, because the server closes a socket that sends no ticket in time.
        try {
          wanted = { ticket: await ticket(), clientVersion: PROTOCOL_VERSION }
          this.#failure = undefined
          return url().replace(/^http/, 'ws')
        } catch (error) {
          this.#failure = error
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
        ping: (isReceived) => isReceived || this.#expectPong(),
        pong: (isReceived) => isReceived && clearTimeout(this.#pongTimer),
        connected: () => this.#connected(),
        closed: (event) => this.#closed(event as { code?: number }),
      },
    })
  }

  /** A lost network reports nothing, so a missing pong means that the connection is gone. */
  #expectPong(): void {
    clearTimeout(this.#pongTimer)
    this.#pongTimer = setTimeout(() => this.#socket?.terminate(), PONG_WITHIN_MS)
  }

  #connected(): void {
    this.#isConnected = true
    for (const listener of [...this.#onceConnected]) listener()
    this.#options.onStatus('connected')
  }

  #closed(event: { code?: number }): void {
    clearTimeout(this.#pongTimer)
    const wasConnected = this.#isConnected
    this.#isConnected = false
    const { code } = event
    const isNormal = code === NORMAL_CLOSURE
    if (!wasConnected && this.#failure === undefined && code !== undefined && NOT_OPENED.has(code))
      this.#options.onBlocked()
    // The streams did not ask for this close. graphql-ws would reconnect at once, again and again.
    if (isNormal) for (const follower of [...this.#followers]) follower.error(event)
    const problem = isNormal ? undefined : streamProblem(this.#failure ?? event)
    if (wasConnected || (problem && !this.#isClosed))
      this.#options.onStatus('disconnected', this.#isClosed ? undefined : problem)
  }
}
