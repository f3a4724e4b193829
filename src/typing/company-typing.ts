import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { TenantDatabase } from '../database/database.ts'
import type { LiveEvent } from '../events/event-row.ts'
import type { Policy } from '../policy/policy.ts'
import type { Ephemeral } from '../pubsub/ephemeral.ts'
import { typingReadersAmong } from './typing-readers.ts'

/** The start or end of a person's typing in a conversation. */
export type TypingNotice = Omit<Extract<Ephemeral, { kind: 'typing' }>, 'kind'>

/** A subscription to a conversation. */
export interface TypingListener {
  readonly userId: string
  /** Takes a change unless too many are waiting. Returns false if it was dropped. */
  offerTyping(userId: string, typing: boolean): boolean
}

/** A listener's subscription to the typing of a conversation. */
export interface TypingSubscription {
  /** Processes an event that the listener receives: a person who sends or leaves has stopped typing. */
  see(event: LiveEvent): void
  leave(): void
}

/** The people who type in one company, for the listeners of this process. */
export interface CompanyTyping {
  join(conversationId: string, listener: TypingListener): TypingSubscription
  receive(notice: TypingNotice): void
}

/** Typing ends after this time unless it is repeated. */
const TYPING_MS = 6_000
/** Maximum number of people per conversation whose typing is shown at a time. */
const MAX_TYPISTS = 20
const MAX_PER_STATEMENT = 5_000
const RETRY_MS = 250

interface Typist {
  conversationId: string
  userId: string
  /** The number of the latest notice. */
  notice: number
  expiry: NodeJS.Timeout
  told: Set<TypingListener>
  /** For each listener, the number of the last notice that no longer applies. */
  overFor: Map<TypingListener, number>
}

interface Room {
  conversationId: string
  listeners: Set<TypingListener>
  typists: Map<string, Typist>
}

/** Tracks who types in the company's conversations. `system` is the system role bound to it. */
export function createCompanyTyping(system: TenantDatabase, log: Logger, policy?: Policy): CompanyTyping {
  const rooms = new Map<string, Room>()
  const untold = new Set<Typist>()
  let notices = 0
  let isDelivering = false

  function join(conversationId: string, listener: TypingListener): TypingSubscription {
    const room: Room = rooms.get(conversationId) ?? {
      conversationId,
      listeners: new Set(),
      typists: new Map(),
    }
    rooms.set(conversationId, room)
    room.listeners.add(listener)
    return new Seat(room, listener, leave)
  }

  function leave(room: Room, listener: TypingListener): void {
    if (!room.listeners.delete(listener)) return
    for (const typist of room.typists.values()) forget(typist, listener)
    if (room.listeners.size > 0) return
    for (const typist of room.typists.values()) stop(typist)
    rooms.delete(room.conversationId)
  }

  function receive({ conversationId, userId, typing }: TypingNotice): void {
    const room = rooms.get(conversationId)
    if (!room) return
    const known = room.typists.get(userId)
    if (!typing) {
      if (known) end(known)
      return
    }
    if (!known && room.typists.size >= MAX_TYPISTS) return
    const typist = known ?? begin(room, conversationId, userId)
    notices += 1
    typist.notice = notices
    typist.expiry.refresh()
    untold.add(typist)
    if (!isDelivering) void deliverUntold()
  }

  function begin(room: Room, conversationId: string, userId: string): Typist {
    const expiry = setTimeout(() => end(typist), TYPING_MS).unref()
    const typist: Typist = { conversationId, userId, notice: 0, expiry, told: new Set(), overFor: new Map() }
    room.typists.set(userId, typist)
    return typist
  }

  function end(typist: Typist): void {
    stop(typist)
    for (const listener of typist.told) listener.offerTyping(typist.userId, false)
  }

  function stop(typist: Typist): void {
    clearTimeout(typist.expiry)
    untold.delete(typist)
    rooms.get(typist.conversationId)?.typists.delete(typist.userId)
  }

  async function deliverUntold(): Promise<void> {
    isDelivering = true
    while (untold.size > 0) {
      const typists = [...untold]
      untold.clear()
      try {
        await tell(typists)
      } catch (error) {
        log.warn({ err: error }, 'who is typing could not be told')
        // Those who still type then are told of once the database answers.
        for (const typist of typists) if (isCurrent(typist)) untold.add(typist)
        await delay(RETRY_MS, undefined, { ref: false })
      }
    }
    isDelivering = false
  }

  /** Permissions are checked at delivery by one statement for all. Changes beyond its capacity are dropped. */
  async function tell(typists: readonly Typist[]): Promise<void> {
    const wanting = typists
      .flatMap((typist) =>
        listenersWanting(typist).map((listener) => ({ typist, listener, notice: typist.notice })),
      )
      .slice(0, MAX_PER_STATEMENT)
    if (wanting.length === 0) return
    const pairs = wanting.map(({ typist: { conversationId }, listener }) => ({
      conversationId,
      userId: listener.userId,
    }))
    const found = await typingReadersAmong(system, pairs)
    const denied = await policy?.denied(system, found)
    const readers = new Set(found.filter((pair) => !denied?.has(pair)).map(keyOf))
    for (const { typist, listener, notice } of wanting) {
      const { conversationId, userId } = typist
      if (!readers.has(keyOf({ conversationId, userId: listener.userId }))) continue
      if (isCurrent(typist) && wants(listener, typist, notice) && listener.offerTyping(userId, true))
        typist.told.add(listener)
    }
  }

  function isCurrent(typist: Typist): boolean {
    return rooms.get(typist.conversationId)?.typists.get(typist.userId) === typist
  }

  function listenersWanting(typist: Typist): TypingListener[] {
    const { listeners = [] } = rooms.get(typist.conversationId) ?? {}
    return [...listeners].filter((listener) => wants(listener, typist, typist.notice))
  }

  function wants(listener: TypingListener, typist: Typist, notice: number): boolean {
    return (
      listener.userId !== typist.userId &&
      !typist.told.has(listener) &&
      (typist.overFor.get(listener) ?? 0) < notice &&
      rooms.get(typist.conversationId)?.listeners.has(listener) === true
    )
  }

  return { join, receive }
}

/** A class, because there are as many as subscriptions. */
class Seat implements TypingSubscription {
  readonly #room: Room
  readonly #listener: TypingListener
  readonly #leave: (room: Room, listener: TypingListener) => void

  constructor(room: Room, listener: TypingListener, leave: (room: Room, listener: TypingListener) => void) {
    this.#room = room
    this.#listener = listener
    this.#leave = leave
  }

  see({ kind, actorId, leftIds }: LiveEvent): void {
    const { typists } = this.#room
    if (kind === 'MESSAGE_SENT' && actorId) endFor(this.#listener, typists.get(actorId))
    for (const userId of leftIds) endFor(this.#listener, typists.get(userId))
  }

  leave(): void {
    this.#leave(this.#room, this.#listener)
  }
}

function endFor(listener: TypingListener, typist: Typist | undefined): void {
  if (!typist) return
  typist.overFor.set(listener, typist.notice)
  if (typist.told.delete(listener)) listener.offerTyping(typist.userId, false)
}

function forget(typist: Typist, listener: TypingListener): void {
  typist.told.delete(listener)
  typist.overFor.delete(listener)
}

function keyOf({ conversationId, userId }: { conversationId: string; userId: string }): string {
  return `${conversationId} ${userId}`
}
