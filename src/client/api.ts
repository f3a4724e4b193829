import type { Address } from './address.ts'
import type { StatusListener } from './connection.ts'
import type {
  ConversationEventsSubscription,
  HeartbeatMutation,
  HeartbeatMutationVariables,
  InboxEventsSubscription,
  PresenceChangedSubscription,
  SendMessageMutation,
  SendMessageMutationVariables,
} from './operations.ts'
import type { Request, RequestOptions, TypedDocument } from './request.ts'
import type { Transport } from './transport.ts'

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
