import type { Hold } from '../concurrency/shared.ts'
import { liveSubscriptions } from '../metrics/metrics.ts'
import type { Unsubscribe } from '../pubsub/notifications.ts'
import type { CompanyFeed } from './company-feed.ts'
import type { Subscriber } from './subscriber.ts'

/** A subscription that has joined a feed. */
export interface Joined {
  /** Delivery starts after this position. */
  readonly start: number
  /** Everything that concerns it up to this position has been offered; 0 while it catches up. */
  readonly reached: number
  leave(): void
}

/** The feed of a company with subscriptions in this process. */
export interface OpenFeed {
  feed: CompanyFeed
  heard: Promise<Unsubscribe>
  /** The subscribers that need the feed, from before joining to after leaving. */
  members: Set<Subscriber>
}

/** One subscriber's part in the feed of its company. */
export class FeedMembership implements Joined {
  start = 0
  readonly #hold: Hold<OpenFeed>
  readonly #subscriber: Subscriber

  constructor(hold: Hold<OpenFeed>, subscriber: Subscriber) {
    this.#hold = hold
    this.#subscriber = subscriber
    hold.value.members.add(subscriber)
    liveSubscriptions.inc()
  }

  get reached(): number {
    return this.open.feed.reachedBy(this.#subscriber)
  }

  get open(): OpenFeed {
    return this.#hold.value
  }

  leave(): void {
    const { feed, members } = this.open
    if (!members.delete(this.#subscriber)) return
    liveSubscriptions.dec()
    feed.leave(this.#subscriber)
    this.#hold.release()
  }
}
