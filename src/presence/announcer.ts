import type { EphemeralChannel } from '../pubsub/ephemeral.ts'
import type { PresenceChange } from './status.ts'

/** Tells every process of changes, at most one a person and tick. */
export interface Announcer {
  add(change: PresenceChange): void
  /** Tells what waits for its tick. */
  close(): void
}

const TICK_MS = 100
const MAX_PER_MESSAGE = 500

/** Creates the announcer over the companies' channels. */
export function createAnnouncer(channel: EphemeralChannel): Announcer {
  let pending = new Map<string, Map<string, PresenceChange>>()
  let timer: NodeJS.Timeout | undefined

  function add(change: PresenceChange): void {
    const changes = pending.get(change.companyId) ?? new Map<string, PresenceChange>()
    pending.set(change.companyId, changes)
    // Told even where it is what it was before the tick: another process may have told of what was in between.
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
