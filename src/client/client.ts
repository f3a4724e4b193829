import { type Address, createAddress } from './address.ts'
import { anySignal } from './any-signal.ts'
import { askOverSocket } from './ask-over-socket.ts'
import { persist } from './backoff.ts'
import type { StatusListener } from './connection.ts'
import { ColloquyError } from './errors.ts'
import { createInOrder } from './in-order.ts'
import {
  ConversationEventsDocument,
  type ConversationEventsSubscription,
  CreateConnectionTicketDocument,
  EventsCursorDocument,
  HeartbeatDocument,
  type HeartbeatMutation,
  type HeartbeatMutationVariables,
  InboxCursorDocument,
  InboxEventsDocument,
  type InboxEventsSubscription,
  PresenceChangedDocument,
  type PresenceChangedSubscription,
  SendMessageDocument,
  type SendMessageMutation,
  type SendMessageMutationVariables,
} from './operations.ts'
import {
  createRequest,
  type Request,
  type RequestOptions,
  signalOf,
  type TypedDocument,
  textOf,
} from './request.ts'
import { openStream, type StreamSource } from './stream.ts'
import { createTransport, type Transport } from './transport.ts'

export type { StatusListener } from './connection.ts'
export { ColloquyError, type ErrorCode } from './errors.ts'
export type { RequestOptions, TypedDocument } from './request.ts'
export type { Transport } from './transport.ts'

/** The settings of a client. */
export interface ColloquyOptions {
  /**
   * The address of the API, such as https://chat.example.com/graphql, or /graphql in a page of the same host. A
   * function is called for every request and socket.
   */
  url: Address
  /**
   * Returns an access token that has not expired. It is called for every request, so cache the token until shortly
   * before it expires. An error that it throws counts as a network failure. If no token can be obtained any more, throw
   * `new ColloquyError('UNAUTHENTICATED', …)`, which ends the streams after three attempts.
   */
  token: () => string | Promise<string>
  /** The company to act in. Required for a person with several companies. */
  companyId?: string | undefined
  /** A WebSocket class for platforms without one, such as Node 20: that of the package `ws`. */
  webSocket?: unknown
  /** Called when live delivery is connected, and when it is not, with the reason. The client reconnects by itself. */
  onStatus?: StatusListener | undefined
  /** Replaces the fetch of the platform. */
  fetch?: typeof fetch | undefined
  /**
   * `socket` for one WebSocket, `events` for Server-Sent Events. By default, `auto`: events come over the socket, or as Server-Sent
   * Events where a network lets no socket through.
   */
  transport?: Transport | undefined
}

/** The beginning of a stream, and how it recovers and ends. */
export interface StreamOptions {
  /** A cursor that was read with the data, or that of an earlier event. All later events come first. */
  after?: string | undefined
  /**
   * Reads the data and returns the cursor that was read with them. It is called at the beginning unless `after` is
   * given, and again when a cursor has expired. Without it, a stream whose cursor has expired throws CURSOR_EXPIRED.
   */
  reload?: (() => Promise<string>) | undefined
  /** Ends the stream when it aborts. */
  signal?: AbortSignal | undefined
}

/** An event of the viewer's inbox. */
export type InboxEvent = Event<InboxEventsSubscription['inboxEvents']>
/** An event of a conversation. */
export type ConversationEvent = Event<ConversationEventsSubscription['conversationEvents']>
/** A presence change of a person. */
export type PresenceChange = PresenceChangedSubscription['presenceChanged']
/** The presence that a heartbeat reports. */
export type PresenceStatus = HeartbeatMutationVariables['input']['status']
/** The viewer's presence over all devices, or an error. */
export type HeartbeatResult = HeartbeatMutation['heartbeat']
/** The input of sendMessage. */
export type SendMessageInput = SendMessageMutationVariables['input']
/** The sent message, or why it was refused. */
export type SendMessageResult = SendMessageMutation['sendMessage']

/** The client resumes after a discontinuity by itself, so it is never returned. */
type Event<Any> = Exclude<Any, { __typename: 'Discontinuity' }>

/**
 * The API on behalf of one signed-in person: requests, and streams that survive lost connections and restarts of
 * servers.
 */
export interface ColloquyClient {
  /** Sends a query or mutation once. Throws ColloquyError. */
  request: Request
  /**
   * Sends a message exactly once: it is repeated with one idempotency key until the server answers. Messages to one
   * `conversationId`, or to one `recipientId`, are stored in the order of the calls, so each waits for the one before.
   * Throws ColloquyError for errors that repeating cannot resolve.
   */
  sendMessage(input: SendMessageInput, options?: RequestOptions): Promise<SendMessageResult>
  /** The events of the viewer's inbox, each once and in order. Starts from now unless options say otherwise. */
  inboxEvents(options?: StreamOptions): AsyncIterableIterator<InboxEvent>
  /** The events of one conversation, each once and in order. Ends after ConversationRemoved. */
  conversationEvents(
    conversationId: string,
    options?: StreamOptions,
  ): AsyncIterableIterator<ConversationEvent>
  /**
   * Reports the presence of this device, which is the client's socket and open while a stream is. Repeat it every 20 to
   * 30 seconds. Of a person's devices, such as the tabs of a browser, the most active one counts.
   */
  heartbeat(status: PresenceStatus): Promise<HeartbeatResult>
  /**
   * Presence changes of these people, or of all who share a conversation with the viewer. Query `presence` when
   * connected.
   */
  presenceChanged(options?: {
    userIds?: string[] | undefined
    signal?: AbortSignal | undefined
  }): AsyncIterableIterator<PresenceChange>
  /**
   * Runs any subscription. One that takes `$after` and selects the `cursor` of every event is resumed like the others.
   * Without `after` and `reload` it starts from now.
   */
  subscribe<Data extends object, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Omit<Variables, 'after'>,
    options?: StreamOptions,
  ): AsyncIterableIterator<Data[Exclude<keyof Data, '__typename'>]>
  /** Ends all streams and closes the socket. */
  close(): void
}

/** Creates a client. It connects with the first request or stream. */
export function createColloquyClient(options: ColloquyOptions): ColloquyClient {
  const { companyId, token, webSocket, transport = 'auto' } = options
  const url = createAddress(options.url)
  const closing = new AbortController()
  const target = { url, token, companyId, fetch: options.fetch ?? ((...call) => fetch(...call)) }
  const request = createRequest(target)
  const inOrder = createInOrder()
  const connection = createTransport(target, { ticket, webSocket, onStatus: tell }, transport)

  /** An error in the page's callback must not stop the connection. */
  function tell(...status: Parameters<StatusListener>): void {
    try {
      options.onStatus?.(...status)
    } catch (error) {
      // biome-ignore lint/suspicious/noConsole: the library has no other way to report it.
      console.error(error)
    }
  }

  async function ticket(): Promise<string> {
    const { createConnectionTicket: result } = await request(
      CreateConnectionTicketDocument,
      { input: companyId === undefined ? {} : { companyId } },
      { signal: closing.signal },
    )
    if (result.__typename === 'CreateConnectionTicketPayload') return result.ticket
    throw new ColloquyError('FORBIDDEN', result.detail)
  }

  function open<Event>(
    source: Omit<StreamSource, 'signal'>,
    signal: AbortSignal | undefined,
  ): AsyncIterableIterator<Event> {
    return openStream<Event>(connection, { ...source, signal: untilClosed(signal) })
  }

  /** A separate signal for each call, because Node warns of a leak when one signal has many listeners. */
  function untilClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal ? anySignal(closing.signal, signal) : anySignal(closing.signal)
  }

  async function inboxCursor(signal: AbortSignal): Promise<string> {
    const { viewer } = await request(InboxCursorDocument, {}, { signal })
    return viewer.inboxCursor
  }

  async function eventsCursor(conversationId: string, signal: AbortSignal): Promise<string> {
    const { conversation } = await request(EventsCursorDocument, { conversationId }, { signal })
    if (conversation) return conversation.eventsCursor
    throw new ColloquyError('NOT_FOUND', 'There is no such conversation.')
  }

  return {
    request,
    async sendMessage(input, { signal } = {}) {
      const keyed = { ...input, idempotencyKey: input.idempotencyKey ?? newKey() }
      const ending = untilClosed(signal)
      const send = () => request(SendMessageDocument, { input: keyed }, { signal: ending })
      const target = input.conversationId ?? input.recipientId ?? ''
      const { sendMessage } = await inOrder(target, () => persist(send, ending), ending)
      return sendMessage
    },
    async heartbeat(status) {
      const { heartbeat } = await askOverSocket(connection, {
        document: HeartbeatDocument,
        variables: { input: { status } },
        signal: signalOf(closing.signal),
      })
      return heartbeat
    },
    inboxEvents: ({ signal, ...options } = {}) =>
      open({ query: textOf(InboxEventsDocument), variables: {}, begin: inboxCursor, ...options }, signal),
    conversationEvents: (conversationId, { signal, ...options } = {}) =>
      open(
        {
          query: textOf(ConversationEventsDocument),
          variables: { conversationId },
          begin: (signal) => eventsCursor(conversationId, signal),
          ...options,
        },
        signal,
      ),
    presenceChanged: ({ userIds, signal } = {}) =>
      open({ query: textOf(PresenceChangedDocument), variables: { userIds } }, signal),
    subscribe: (document, variables, { signal, ...options } = {}) =>
      open({ query: textOf(document), variables, ...options }, signal),
    close() {
      closing.abort()
      connection.close()
    },
  }
}

/** Works also in pages without TLS, where crypto.randomUUID does not exist. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
