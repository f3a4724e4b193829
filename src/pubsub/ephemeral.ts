import { randomBytes } from 'node:crypto'
import type { PresenceState } from '../presence/status.ts'
import type { Notifications, Unsubscribe } from './notifications.ts'

/** What is told to whoever listens now, and kept nowhere. */
export type Ephemeral =
  | { kind: 'presence'; states: PresenceState[] }
  | { kind: 'typing'; conversationId: string; userId: string; typing: boolean }

/** A company's channel for what may be lost: no cursor, no replay. */
export interface EphemeralChannel {
  /** Tells this process's listeners at once and those of the others soon. */
  send(companyId: string, message: Ephemeral): void
  /** Resolves when messages of every process arrive, at the latest after two seconds. */
  listen(companyId: string, listener: (message: Ephemeral) => void): Promise<Unsubscribe>
  /** Calls the listener whenever messages may have been lost. */
  onGap(listener: () => void): void
}

interface Envelope {
  /** Who sends it: a process does not listen to itself through Redis. */
  from: string
  message: Ephemeral
}

/** Creates the channel over the process's notifications; while they fail, this process still hears itself. */
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
