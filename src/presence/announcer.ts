import type { EphemeralChannel } from '../pubsub/ephemeral.ts'
import type { PresenceChange } from './status.ts'

/** Announces presence changes to all processes, at most one per person and tick. */
export interface Announcer {
  add(change: PresenceChange): void
  /** Announces the changes of the current tick. */
  close(): void
}

const TICK_MS = 100
const MAX_PER_MESSAGE = 500

/** Creates the announcer with the channels of the companies. */
export function createAnnouncer(channel: EphemeralChannel): Announcer {
  let pending = new Map<string, Map<string, PresenceChange>>()
  let timer: NodeJS.Timeout | undefined

  function add(change: PresenceChange): void {
    const changes = pending.get(change.companyId) ?? new Map<string, PresenceChange>()
    pending.set(change.companyId, changes)
    // Announced even if the state is the one before the tick, because another process may have announced the state in
    // between.
    changes.set(change.userId, change)
    timer ??= setTimeout(tell, TICK_MS).unref()
  }

  function tell(): void {
    timer = undefined
    const told = pending
    pending = new Map()
    for (const [companyId, changes] of told) {
      const states = [...changes.values()].map(({ userId, status, changedAt }) => ({
        userId,
        status,
        changedAt,
      }))
      for (let at = 0; at < states.length; at += MAX_PER_MESSAGE) {
        channel.send(companyId, { kind: 'presence', states: states.slice(at, at + MAX_PER_MESSAGE) })
      }
    }
  }

  function close(): void {
    clearTimeout(timer)
    tell()
  }

  return { add, close }
}
