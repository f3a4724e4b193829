import type { EphemeralChannel } from '../live/ephemeral.ts'

/** Hears that somebody begins or stops typing in the conversation it listens to. */
export type TypingListener = (userId: string, typing: boolean) => void

/** Who types where: told to who listens now, and stored nowhere (features 2.8). */
export interface Typing {
  /** Tells every process that this person types, or does not any more. */
  tell(companyId: string, conversationId: string, userId: string, typing: boolean): void
  /** What this person typed has been sent. */
  hasSent(companyId: string, conversationId: string, userId: string): void
  /** Listens to one conversation; returns how to stop. */
  listen(companyId: string, conversationId: string, listener: TypingListener): () => void
  close(): void
}

/** Whoever is not heard of for so long has stopped. */
const EXPIRES_MS = 6_000

interface Place {
  listeners: Set<TypingListener>
  /** Who types, and when that expires. */
  typists: Map<string, NodeJS.Timeout>
}

interface Company {
  places: Map<string, Place>
  unsubscribe: Promise<() => void>
}

/** Creates it over the companies' channels; one subscription serves all listeners of a company. */
export function createTyping(channel: EphemeralChannel, expiresMs = EXPIRES_MS): Typing {
  const companies = new Map<string, Company>()

  function change(place: Place | undefined, userId: string, typing: boolean): void {
    if (!place) return
    const timer = place.typists.get(userId)
    clearTimeout(timer)
    if (typing) {
      const expiry = setTimeout(() => change(place, userId, false), expiresMs)
      expiry.unref()
      place.typists.set(userId, expiry)
    } else {
      place.typists.delete(userId)
    }
    if (typing === (timer !== undefined)) return
    for (const listener of place.listeners) listener(userId, typing)
  }

  function placeOf(companyId: string, conversationId: string): Place {
    const company = companies.get(companyId) ?? open(companyId)
    const place = company.places.get(conversationId) ?? { listeners: new Set(), typists: new Map() }
    company.places.set(conversationId, place)
    return place
  }

  function open(companyId: string): Company {
    const places = new Map<string, Place>()
    const unsubscribe = channel.listen(companyId, (message) => {
      if (message.kind === 'typing')
        change(places.get(message.conversationId), message.userId, message.typing)
    })
    const company = { places, unsubscribe }
    companies.set(companyId, company)
    return company
  }

  function leave(companyId: string, conversationId: string, listener: TypingListener): void {
    const company = companies.get(companyId)
    const place = company?.places.get(conversationId)
    if (!company || !place?.listeners.delete(listener) || place.listeners.size > 0) return
    for (const timer of place.typists.values()) clearTimeout(timer)
    company.places.delete(conversationId)
    if (company.places.size > 0) return
    companies.delete(companyId)
    void company.unsubscribe.then((unsubscribe) => unsubscribe())
  }

  return {
    tell: (companyId, conversationId, userId, typing) =>
      channel.send(companyId, { kind: 'typing', conversationId, userId, typing }),
    hasSent: (companyId, conversationId, userId) =>
      change(companies.get(companyId)?.places.get(conversationId), userId, false),
    listen(companyId, conversationId, listener) {
      placeOf(companyId, conversationId).listeners.add(listener)
      return () => leave(companyId, conversationId, listener)
    },
    close() {
      for (const { places } of companies.values()) {
        for (const { typists } of places.values()) for (const timer of typists.values()) clearTimeout(timer)
      }
    },
  }
}
