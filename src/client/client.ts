import { type Address, createAddress } from './address.ts'
import { anySignal } from './any-signal.ts'
import { askOverSocket } from './ask-over-socket.ts'
import { persist } from './backoff.ts'
import { createConnection, type StatusListener } from './connection.ts'
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

export type { StatusListener } from './connection.ts'
export { ColloquyError, type ErrorCode } from './errors.ts'
export type { RequestOptions, TypedDocument } from './request.ts'

/** How a client reaches the API. */
export interface ColloquyOptions {
  /**
   * Of the API, such as https://chat.example.com/graphql, or /graphql in a page of the same host; a function is asked anew for
   * every request and socket.
   */
  url: Address
  /**
   * Gives an access token that has not expired; asked for every request, so keep it until shortly before it expires. What it
   * throws is taken for a network that is away, and tried again where that is promised; where there is no token to be had any
   * more, throw `new ColloquyError('UNAUTHENTICATED', …)`, which ends the streams after three attempts.
   */
  token: () => string | Promise<string>
  /** The company to act in, for a person who is in several. */
  companyId?: string | undefined
  /** A WebSocket class for platforms without one, such as Node 20: the one of the package `ws`. */
  webSocket?: unknown
  /** Hears whenever live delivery is connected, or is not, and why; it comes back by itself. */
  onStatus?: StatusListener | undefined
  /** Replaces the platform's own. */
  fetch?: typeof fetch | undefined
}

/** Where a stream begins, and when it ends before its time. */
export interface StreamOptions {
  /** A cursor read with the data, or that of an earlier event: everything since comes first. */
  after?: string | undefined
  /**
   * Reads the data and gives the cursor read with them: asked in the beginning unless there is `after`, and again when
   * a cursor has expired. Without it, a stream whose cursor has expired throws CURSOR_EXPIRED.
   */
  reload?: (() => Promise<string>) | undefined
  /** Ends the stream when it aborts. */
  signal?: AbortSignal | undefined
}

/** Something that happened in the viewer's inbox. */
export type InboxEvent = Event<InboxEventsSubscription['inboxEvents']>
/** Something that happened in a conversation. */
export type ConversationEvent = Event<ConversationEventsSubscription['conversationEvents']>
/** How present somebody is from now on. */
export type PresenceChange = PresenceChangedSubscription['presenceChanged']
/** How present somebody says to be. */
export type PresenceStatus = HeartbeatMutationVariables['input']['status']
/** How present the viewer is by all devices, or why that cannot be told. */
export type HeartbeatResult = HeartbeatMutation['heartbeat']
/** What a message is sent with. */
export type SendMessageInput = SendMessageMutationVariables['input']
/** The message, or why it was not accepted. */
export type SendMessageResult = SendMessageMutation['sendMessage']

/** A discontinuity is resumed by the client, and never seen. */
type Event<Any> = Exclude<Any, { __typename: 'Discontinuity' }>

/** One signed-in person's way to the API: requests, and streams that survive what happens to connections and servers. */
export interface ColloquyClient {
  /** Sends any query or mutation once; throws ColloquyError. */
  request: Request
  /**
   * Sends a message exactly once: repeated under one idempotency key until the server answers. Those to one `conversationId`,
   * or to one `recipientId`, are stored in the order they were sent in, so each waits for the one before. Throws
   * ColloquyError for what no repetition mends.
   */
  sendMessage(input: SendMessageInput, options?: RequestOptions): Promise<SendMessageResult>
  /** What happens in the viewer's inbox, each event once and in order; from now on unless told otherwise. */
  inboxEvents(options?: StreamOptions): AsyncIterableIterator<InboxEvent>
  /** What happens in one conversation, each event once and in order; ends after ConversationRemoved. */
  conversationEvents(
    conversationId: string,
    options?: StreamOptions,
  ): AsyncIterableIterator<ConversationEvent>
  /**
   * Says that this client's device is there and how present; to be repeated every 20 to 30 seconds. The device is the client's
   * socket, which is open while a stream is; of a person's devices, such as the tabs of a browser, the most present one counts.
   */
  heartbeat(status: PresenceStatus): Promise<HeartbeatResult>
  /** Changes of presence of these people, or of all one shares a conversation with; read `presence` when connected. */
  presenceChanged(options?: {
    userIds?: string[] | undefined
    signal?: AbortSignal | undefined
  }): AsyncIterableIterator<PresenceChange>
  /**
   * Any subscription with a selection of its own. One that takes `$after` and selects every event's `cursor` is resumed
   * like the others; without `after` and `reload` it begins now.
   */
  subscribe<Data extends object, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Omit<Variables, 'after'>,
    options?: StreamOptions,
  ): AsyncIterableIterator<Data[Exclude<keyof Data, '__typename'>]>
  /** Ends all streams and closes the socket. */
  close(): void
}

/** Creates a client; it connects when something is asked of it. */
export function createColloquyClient(options: ColloquyOptions): ColloquyClient {
  const { companyId, token, webSocket, onStatus = () => {} } = options
  const url = createAddress(options.url)
  const closing = new AbortController()
  const request = createRequest({
    url,
    token,
    companyId,
    fetch: options.fetch ?? ((...call) => fetch(...call)),
  })
  const inOrder = createInOrder()
  const connection = createConnection({ url, ticket, webSocket, onStatus })

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

  /** A signal of its own for each, since many listeners of one make Node suspect a leak. */
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

/** Also where the page is served without TLS, and so has no crypto.randomUUID. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
