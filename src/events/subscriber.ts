import type { LiveEvent } from './event-row.ts'

/** A subscription, as the feed uses it. */
export interface Subscriber {
  readonly userId: string
  /** The conversation whose messages it shows. Undefined for all of them. */
  readonly conversationId?: string | undefined
  /** True if it shows what happens about guests, and no messages. */
  readonly isAboutGuests?: boolean
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
