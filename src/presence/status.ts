import type { UserRow } from '../database/prisma-types.ts'

/** The presence of a person by their devices; the most present one counts. */
export type PresenceStatus = 'ONLINE' | 'AWAY' | 'OFFLINE'

/** Somebody in a company. */
export interface Person {
  companyId: string
  userId: string
}

/** Where somebody stands. */
export interface PresenceState {
  userId: string
  status: PresenceStatus
  /** Milliseconds since 1970; null where nothing is known of the person any more. */
  changedAt: number | null
}

/** A change as it is delivered, with the person as of then. */
export interface DeliveredState extends PresenceState {
  user: UserRow
}

/** Somebody's status is no longer what it was. */
export interface PresenceChange extends PresenceState {
  companyId: string
}

/** Spans in milliseconds. */
export const presenceTimes = {
  /** A device that has not been heard of for so long is gone. */
  silence: 45_000,
  /** Somebody who has done nothing for so long is away, whatever the devices say. */
  idleness: 5 * 60_000,
  /** How long a closed socket counts on, so that a client may come back unnoticed. */
  grace: 5_000,
  /** How long the time of going offline is remembered. */
  memory: 24 * 3_600_000,
} as const

/** Takes what happens to one person of a company, and tells of every change that comes of it or of time passing. */
export interface PresenceStore {
  /** A device is heard of; OFFLINE takes it away. `heldMs`: how long it counts without being heard of again. */
  beat(person: Person, beat: Beat): Promise<PresenceState>
  /** This process has a socket of the session's; what the session said counts on if its last socket closed just now. */
  attach(person: Person, session: string): Promise<void>
  /** A socket is closed. */
  leave(person: Person, socket: ClosedSocket): Promise<void>
  /** The person does something. */
  recordActivity(person: Person): Promise<void>
  /** Those of the people of whom something is known. */
  read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]>
  /** People who are not offline, at most so many, in no order. */
  present(companyId: string, max: number): Promise<PresenceState[]>
  /** Lets time pass for those whose status it may have changed. */
  sweep(): Promise<void>
  close(): void
}

/** The report of a heartbeat about one device. */
export interface Beat {
  deviceId: string
  status: PresenceStatus
  heldMs: number
}

/** A socket that is no more. */
export interface ClosedSocket {
  deviceId: string
  /** Its session, if this process has no other socket of it: without one at any process, it counts no longer either. */
  session?: string | undefined
  /** How long they count on. */
  graceMs: number
}

/** Where changes go. */
export type OnChange = (change: PresenceChange) => void
