import type { LiveEvent } from './event-row.ts'

/** A subscription, as the feed uses it. */
export interface Subscriber {
  readonly userId: string
  /** The stream that it shows: INBOX, MODERATION, GUESTS, or a conversation's id. */
  readonly stream: string
  readonly hasEnded: boolean
  offer(event: LiveEvent): void
  /** Everything up to this position was offered or does not concern the subscriber. */
  reach(position: number): void
  /** Number of values that its client has taken. */
  readonly taken: number
  /** True if so many values are queued that events which can be read later should not be added. */
  readonly hasPlenty: boolean
  /** Resolves when its queue is almost empty or the subscription has ended. */
  drained(): Promise<void>
  /** Ends the subscription. Its client resumes after the last value that it has. */
  interrupt(): void
}
