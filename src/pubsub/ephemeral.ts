import { randomBytes } from 'node:crypto'
import type { Notifications, Unsubscribe } from './notifications.ts'

/** Messages to current listeners only. They are not stored. */
export type Ephemeral =
  | { kind: 'presence'; states: PersonState[] }
  | { kind: 'typing'; conversationId: string; userId: string; typing: boolean }

/** The presence of a person, and the time of its last change in milliseconds since 1970. */
interface PersonState {
  userId: string
  status: 'ONLINE' | 'AWAY' | 'OFFLINE'
  changedAt: number | null
}

/** A channel per company for messages that may be lost: without cursor and without replay. */
export interface EphemeralChannel {
  /** Sends to this process's listeners at once, and to those of the other processes soon after. */
  send(companyId: string, message: Ephemeral): void
  /** Resolves when messages of all processes arrive, after two seconds at the latest. */
  listen(companyId: string, listener: (message: Ephemeral) => void): Promise<Unsubscribe>
  /** Calls the listener when messages may have been lost. */
  onGap(listener: () => void): void
}

interface Envelope {
  /** The sending process. A process ignores its own messages from Redis. */
  from: string
  message: Ephemeral
}

/**
 * Creates the channel with the process's notifications. While they fail, this process still receives its own messages.
 */
export function createEphemeralChannel(notifications: Notifications): EphemeralChannel {
  const from = randomBytes(6).toString('base64url')
  const listeners = new Map<string, Set<(message: Ephemeral) => void>>()

  function hear(companyId: string, message: Ephemeral): void {
    for (const listener of listeners.get(companyId) ?? []) listener(message)
  }

  async function listen(companyId: string, listener: (message: Ephemeral) => void): Promise<Unsubscribe> {
    const own = listeners.get(companyId) ?? new Set()
    listeners.set(companyId, own.add(listener))
    const unsubscribe = await notifications.subscribe(channelOf(companyId), (payload) => {
      const envelope = JSON.parse(payload) as Envelope
      if (envelope.from !== from) listener(envelope.message)
    })
    return () => {
      unsubscribe()
      own.delete(listener)
      if (own.size === 0 && listeners.get(companyId) === own) listeners.delete(companyId)
    }
  }

  return {
    send(companyId, message) {
      hear(companyId, message)
      const envelope: Envelope = { from, message }
      void notifications.publish(channelOf(companyId), JSON.stringify(envelope))
    },
    listen,
    onGap: (listener) => notifications.onGap(listener),
  }
}

function channelOf(companyId: string): string {
  return `ephemeral:${companyId}`
}
