/** A subscription to a conversation. */
export interface TypingListener {
  readonly userId: string
  /** Takes a change unless too many are waiting. Returns false if it was dropped. */
  offerTyping(userId: string, typing: boolean): boolean
}

/** A person who types in a conversation. */
export interface Typist {
  readonly room: Room
  readonly userId: string
  /** The number of the latest notice. */
  notice: number
  readonly expiry: NodeJS.Timeout
  readonly told: Set<TypingListener>
  /** For each listener, the number of the last notice that no longer applies. */
  readonly overFor: Map<TypingListener, number>
}

/** A conversation with its listeners in this process and the people who type there. */
export interface Room {
  readonly conversationId: string
  readonly listeners: Set<TypingListener>
  readonly typists: Map<string, Typist>
}

/** Creates the room of a conversation without anybody. */
export function emptyRoom(conversationId: string): Room {
  return { conversationId, listeners: new Set(), typists: new Map() }
}

/** False once the person has stopped, also if the same person types again. */
export function isCurrent(typist: Typist): boolean {
  return typist.room.typists.get(typist.userId) === typist
}

/** True if the listener is to be told of the notice with this number. */
export function wants(listener: TypingListener, typist: Typist, notice: number): boolean {
  return (
    listener.userId !== typist.userId &&
    !typist.told.has(listener) &&
    (typist.overFor.get(listener) ?? 0) < notice &&
    typist.room.listeners.has(listener)
  )
}

/** Tells one listener that the person has stopped. A later notice starts anew. */
export function endFor(listener: TypingListener, typist: Typist): void {
  typist.overFor.set(listener, typist.notice)
  if (typist.told.delete(listener)) listener.offerTyping(typist.userId, false)
}

/** Drops all that is known of a listener who has left. */
export function forgetListener(typist: Typist, listener: TypingListener): void {
  typist.told.delete(listener)
  typist.overFor.delete(listener)
}
