import { GUESTS, INBOX, MODERATION } from './cursor.ts'
import type { LiveEvent } from './event-row.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * The subscribers of one company in this process, by the stream that they show. There may be thousands, and most events concern a
 * few of them, so each event is offered only to those.
 */
export class LocalSubscribers {
  /** The subscribers, and the position up to which each had been offered everything when it was added. */
  readonly #addedAt = new Map<Subscriber, number>()
  readonly #inboxes = new SetsByKey<Subscriber>()
  readonly #streams = new SetsByKey<Subscriber>()
  /** Number of subscribers by person. */
  readonly #people = new Map<string, number>()
  #userIds: string | undefined

  get size(): number {
    return this.#addedAt.size
  }

  /** Adds a subscriber that has been offered everything up to this position. */
  add(subscriber: Subscriber, position: number): void {
    const { stream, userId } = subscriber
    if (!this.#addedAt.has(subscriber)) this.#count(userId, 1)
    this.#addedAt.set(subscriber, position)
    this.#setsOf(subscriber).add(stream === INBOX ? userId : stream, subscriber)
  }

  delete(subscriber: Subscriber): void {
    const { stream, userId } = subscriber
    if (!this.#addedAt.delete(subscriber)) return
    this.#count(userId, -1)
    this.#setsOf(subscriber).delete(stream === INBOX ? userId : stream, subscriber)
  }

  /** The position up to which the subscriber had been offered everything when it was added. Undefined if it is not here. */
  addedAt(subscriber: Subscriber): number | undefined {
    return this.#addedAt.get(subscriber)
  }

  /** Returns all subscribers. They may be deleted while they are iterated. */
  all(): IterableIterator<Subscriber> {
    return this.#addedAt.keys()
  }

  /** The ids of their people as a literal of an SQL array, which is built again only when they change. */
  get userIds(): string {
    this.#userIds ??= `{${[...this.#people.keys()].join(',')}}`
    return this.#userIds
  }

  /** Returns the subscribers that may show the event, or that it ends. */
  *concernedBy(event: LiveEvent): Generator<Subscriber> {
    if (event.kind === 'ACCESS_CHANGED') return yield* this.all()
    for (const stream of [GUESTS, MODERATION]) yield* this.#streams.of(stream)
    if (event.conversationId === null) return
    yield* this.#streams.of(event.conversationId)
    for (const userId of peopleWithInbox(event)) yield* this.#inboxes.of(userId)
  }

  #setsOf({ stream }: Subscriber): SetsByKey<Subscriber> {
    return stream === INBOX ? this.#inboxes : this.#streams
  }

  #count(userId: string, change: 1 | -1): void {
    const before = this.#people.get(userId) ?? 0
    if (before + change === 0) this.#people.delete(userId)
    else this.#people.set(userId, before + change)
    if (before === 0 || before + change === 0) this.#userIds = undefined
  }
}

/** The people whose inbox may show an event of a conversation: those who have it there, and those who have just lost it. */
function peopleWithInbox({ recipientId, memberIds, leftIds }: LiveEvent): Iterable<string> {
  if (recipientId) return [recipientId]
  return leftIds.length === 0 ? memberIds : new Set([...memberIds, ...leftIds])
}

/** Sets of values by key, without empty ones. */
class SetsByKey<Value> {
  readonly #sets = new Map<string, Set<Value>>()

  of(key: string): Iterable<Value> {
    return this.#sets.get(key) ?? []
  }

  add(key: string, value: Value): void {
    const known = this.#sets.get(key)
    if (known) known.add(value)
    else this.#sets.set(key, new Set([value]))
  }

  delete(key: string, value: Value): void {
    const known = this.#sets.get(key)
    if (known?.delete(value) && known.size === 0) this.#sets.delete(key)
  }
}
