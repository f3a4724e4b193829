import { type PresenceState, type PresenceStatus, presenceTimes } from './status.ts'

/** A device of a person in memory. Times are in milliseconds since 1970. */
export interface Device {
  status: PresenceStatus
  endsAt: number
  /** Time at which its last heartbeat expires. Until then it is remembered that the device has ended. */
  saidUntil: number
}

/** All that a process knows of one person's presence. Times are in milliseconds since 1970. */
export interface PersonRecord {
  userId: string
  status: PresenceStatus
  changedAt: number | null
  activeAt: number
  devices: Map<string, Device>
  /** Time of the next check. */
  dueAt: number
}

/** Creates the record of a person of whom nothing is known. */
export function emptyRecord(userId: string): PersonRecord {
  return {
    userId,
    status: 'OFFLINE',
    changedAt: null,
    activeAt: 0,
    devices: new Map(),
    dueAt: Number.POSITIVE_INFINITY,
  }
}

/** Returns the state as watchers and readers see it. */
export function stateOf({ userId, status, changedAt }: PersonRecord): PresenceState {
  return { userId, status, changedAt }
}

/** Returns the status at this time over all devices of the person. */
export function statusOf({ devices, activeAt }: PersonRecord, time: number): PresenceStatus {
  const there = thereAmong(devices, time)
  if (there.length === 0) return 'OFFLINE'
  const isOnline = there.some(({ status }) => status === 'ONLINE')
  return isOnline && time < activeAt + presenceTimes.idleness ? 'ONLINE' : 'AWAY'
}

/**
 * Returns the time at which the status changes without a further event, or the record can be dropped; now if there is
 * nothing to remember.
 */
export function nextChange({ status, changedAt, activeAt, devices }: PersonRecord, time: number): number {
  if (status === 'OFFLINE') return changedAt === null ? time : changedAt + presenceTimes.memory
  const ends = thereAmong(devices, time).map(({ endsAt }) => endsAt)
  if (status === 'ONLINE') ends.push(activeAt + presenceTimes.idleness)
  return Math.min(...ends)
}

function thereAmong(devices: ReadonlyMap<string, Device>, time: number): Device[] {
  return [...devices.values()].filter(({ status, endsAt }) => status !== 'OFFLINE' && endsAt > time)
}
