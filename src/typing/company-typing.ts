import type { LiveEvent } from '../events/event-row.ts'
import type { Ephemeral } from '../pubsub/ephemeral.ts'
import { emptyRoom, endFor, forgetListener, type Room, type TypingListener, type Typist } from './room.ts'
import { TypingDelivery, type TypingDeliveryOptions } from './typing-delivery.ts'

/** The start or end of a person's typing in a conversation. */
export type TypingNotice = Omit<Extract<Ephemeral, { kind: 'typing' }>, 'kind'>

/** A listener's subscription to the typing of a conversation. */
export interface TypingSubscription {
  /** Processes an event that the listener receives: a person who sends or leaves has stopped typing. */
  see(event: LiveEvent): void
  leave(): void
}

/** Typing ends after this time unless it is repeated. */
const TYPING_MS = 6_000
/** Maximum number of people per conversation whose typing is shown at a time. */
const MAX_TYPISTS = 20

/** The people who type in one company, for the listeners of this process. */
export class CompanyTyping {
  readonly #rooms = new Map<string, Room>()
  readonly #delivery: TypingDelivery
  #notices = 0

  constructor(options: TypingDeliveryOptions) {
    this.#delivery = new TypingDelivery(options)
  }

  join(conversationId: string, listener: TypingListener): TypingSubscription {
    const room = this.#rooms.get(conversationId) ?? emptyRoom(conversationId)
    this.#rooms.set(conversationId, room)
    room.listeners.add(listener)
    return new Seat(this, room, listener)
  }

  /** Removes a listener, and with the last one of the conversation all that is known of it. */
  leave(room: Room, listener: TypingListener): void {
    if (!room.listeners.delete(listener)) return
    for (const typist of room.typists.values()) forgetListener(typist, listener)
    if (room.listeners.size > 0) return
    for (const typist of room.typists.values()) this.#stop(typist)
    this.#rooms.delete(room.conversationId)
  }

  /** Takes a notice of any process. It is dropped if nobody here listens to the conversation. */
  receive({ conversationId, userId, typing }: TypingNotice): void {
    const room = this.#rooms.get(conversationId)
    if (!room) return
    const known = room.typists.get(userId)
    if (!typing) {
      if (known) this.#end(known)
      return
    }
    if (!known && room.typists.size >= MAX_TYPISTS) return
    const typist = known ?? this.#begin(room, userId)
    this.#notices += 1
    typist.notice = this.#notices
    typist.expiry.refresh()
    this.#delivery.add(typist)
  }

  #begin(room: Room, userId: string): Typist {
    const expiry = setTimeout(() => this.#end(typist), TYPING_MS).unref()
    const typist: Typist = { room, userId, notice: 0, expiry, told: new Set(), overFor: new Map() }
    room.typists.set(userId, typist)
    return typist
  }

  #end(typist: Typist): void {
    this.#stop(typist)
    for (const listener of typist.told) listener.offerTyping(typist.userId, false)
  }

  #stop(typist: Typist): void {
    clearTimeout(typist.expiry)
    this.#delivery.remove(typist)
    typist.room.typists.delete(typist.userId)
  }
}

/** A class, because there are as many as subscriptions. */
class Seat implements TypingSubscription {
  readonly #company: CompanyTyping
  readonly #room: Room
  readonly #listener: TypingListener

  constructor(company: CompanyTyping, room: Room, listener: TypingListener) {
    this.#company = company
    this.#room = room
    this.#listener = listener
  }

  see({ kind, actorId, leftIds }: LiveEvent): void {
    const { typists } = this.#room
    const ended = kind === 'MESSAGE_SENT' && actorId ? [actorId, ...leftIds] : leftIds
    for (const userId of ended) {
      const typist = typists.get(userId)
      if (typist) endFor(this.#listener, typist)
    }
  }

  leave(): void {
    this.#company.leave(this.#room, this.#listener)
  }
}
