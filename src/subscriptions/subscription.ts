import type { Due } from '../concurrency/deadlines.ts'
import { GUESTS, MODERATION } from '../events/cursor.ts'
import { EventQueue, type EventQueueOptions } from '../events/event-queue.ts'
import type { LiveEvent } from '../events/event-row.ts'
import type { Joined } from '../events/feed-membership.ts'
import type { Subscriber } from '../events/subscriber.ts'
import { liveOverflows } from '../metrics/metrics.ts'
import type { TypingListener } from '../typing/room.ts'
import type { JoinedTyping } from '../typing/typing.ts'
import { expiries } from './expiries.ts'
import {
  conversationValue,
  guestValue,
  inboxValue,
  type Mapped,
  moderationValue,
  once,
  type StreamValue,
} from './stream-value.ts'

/** Maximum number of values that are queued for a slow subscriber before its stream ends with Discontinuity. */
const MAX_VALUES = 1_000
const MAX_BYTES = 1024 * 1024
/** Approximate size of a value without its texts. */
const BYTES_A_VALUE = 500
/** Typing events are dropped for a subscriber with this many queued values. */
const MAX_BEFORE_TYPING = 50

/** The stream that somebody subscribes to, and the beginning. */
export interface SubscriptionOptions {
  userId: string
  /** INBOX, MODERATION, GUESTS, or the conversation's id. */
  stream: string
  /** The conversation to subscribe to, with its typing events. Undefined for other streams. */
  conversationId: string | undefined
  /** The position of the cursor to resume after; 0 to begin now. */
  position: number
  expiresAt: Date
}

/**
 * One person's subscription to the inbox, to a conversation or to the cases of moderation. There may be tens of thousands in a process, so it holds
 * nothing but its own state.
 */
export class Subscription implements Subscriber, TypingListener, EventQueueOptions<StreamValue>, Due {
  readonly userId: string
  readonly stream: string
  readonly queue: EventQueue<StreamValue>
  readonly #conversationId: string | undefined
  readonly #expiresAt: number
  /** Everything up to this position was queued, or does not concern the subscriber. The feed may know of a later one. */
  #seen: number
  #joined: Joined | undefined
  #typing: JoinedTyping | undefined

  constructor({ userId, stream, conversationId, position, expiresAt }: SubscriptionOptions) {
    this.userId = userId
    this.#conversationId = conversationId
    this.queue = new EventQueue(this)
    this.stream = stream
    this.#expiresAt = expiresAt.getTime()
    this.#seen = position
    expiries.add(this.#expiresAt, this)
  }

  get maxValues(): number {
    return MAX_VALUES
  }

  get maxBytes(): number {
    return MAX_BYTES
  }

  get hasEnded(): boolean {
    return this.queue.hasEnded
  }

  get hasPlenty(): boolean {
    return this.queue.hasPlenty
  }

  get taken(): number {
    return this.queue.taken
  }

  /** It takes events from now on, and leaves the feed when it ends. */
  hasJoined(joined: Joined): void {
    this.#seen = Math.max(this.#seen, joined.start)
    this.#joined = joined
    if (this.hasEnded) joined.leave()
  }

  /** It shows who types from now on. */
  hasJoinedTyping(typing: JoinedTyping): void {
    this.#typing = typing
  }

  offer(event: LiveEvent): void {
    if (this.hasEnded) return
    if (event.conversationId === null || event.conversationId === this.#conversationId)
      this.#typing?.see(event)
    const isOut = isShutOut(event, this.userId) || (this.stream === GUESTS && isUnseen(event, this.userId))
    const mapped = isOut ? 'ended' : this.#map(event)
    if (mapped === 'ended') this.queue.end()
    else if (mapped?.isLast) this.queue.end(mapped.value)
    else if (!mapped || this.queue.push(mapped.value)) this.#seen = event.position
  }

  offerTyping(userId: string, typing: boolean): boolean {
    return this.queue.pushSpare(
      { type: 'TypingChanged', position: this.#position, stream: this.stream, userId, typing },
      typing ? MAX_BEFORE_TYPING : MAX_VALUES,
    )
  }

  reach(position: number): void {
    if (!this.hasEnded) this.#seen = position
  }

  drained(): Promise<void> {
    return this.queue.drained()
  }

  interrupt(): void {
    this.queue.end(this.#discontinuity())
  }

  /** The access token has expired. */
  due(): void {
    this.queue.end()
  }

  sizeOf(value: StreamValue): number {
    if (!('message' in value)) return BYTES_A_VALUE
    const { body, subject, metadata } = value.message
    return BYTES_A_VALUE + body.length + (subject?.length ?? 0) + (metadata?.length ?? 0)
  }

  onOverflow(): StreamValue {
    liveOverflows.inc()
    return this.#discontinuity()
  }

  onEnd(): void {
    expiries.delete(this.#expiresAt, this)
    this.#typing?.leave()
    this.#joined?.leave()
  }

  get #position(): number {
    return Math.max(this.#seen, this.#joined?.reached ?? 0)
  }

  #map(event: LiveEvent): Mapped {
    if (this.stream === MODERATION) return once(event, MODERATION, this.userId, moderationValue)
    if (this.stream === GUESTS) return once(event, this.stream, this.userId, guestValue)
    if (this.#conversationId === undefined) return once(event, this.stream, this.userId, inboxValue)
    if (event.conversationId !== this.#conversationId) return undefined
    return once(event, this.stream, this.userId, conversationValue)
  }

  #discontinuity(): StreamValue {
    return { type: 'Discontinuity', position: this.#position, stream: this.stream }
  }
}

/** True if the event means that the person may read nothing in the company any more. */
function isShutOut({ kind, visibleTo }: LiveEvent, userId: string): boolean {
  return kind === 'ACCESS_CHANGED' && !visibleTo.has(userId)
}

/** True for an event about guests if the person may not see those, or no longer. */
function isUnseen({ about, visibleTo }: LiveEvent, userId: string): boolean {
  return about !== null && !visibleTo.has(userId)
}
