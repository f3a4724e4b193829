import type { LiveEvent } from './event-row.ts'

/** One subscription as the feed sees it. */
export interface Subscriber {
  readonly userId: string
  /** The one conversation whose messages it shows; all of them if undefined. */
  readonly conversationId?: string | undefined
  readonly hasEnded: boolean
  offer(event: LiveEvent): void
  /** It has been offered everything up to here; what was not offered does not concern it. */
  reach(position: number): void
  /** How many values its client has taken. */
  readonly taken: number
  /** So much waits for it that what can be read again later should not be added. */
  readonly hasPlenty: boolean
  /** Resolves when hardly anything waits for it any more, or the subscription has ended. */
  drained(): Promise<void>
  /** Ends the subscription; its client resumes after what it has. */
  interrupt(): void
}
