import type { UserRow } from '../database/prisma-types.ts'

/** The presence of a person over all devices. The most active device counts. */
export type PresenceStatus = 'ONLINE' | 'AWAY' | 'OFFLINE'

/** A member of a company. */
export interface Person {
  companyId: string
  userId: string
}

/** The presence of one person. */
export interface PresenceState {
  userId: string
  status: PresenceStatus
  /** Milliseconds since 1970. Null if nothing is known of the person. */
  changedAt: number | null
}

/** A presence change with the person, loaded at delivery. */
export interface DeliveredState extends PresenceState {
  user: UserRow
}

/** A change of a person's presence. */
export interface PresenceChange extends PresenceState {
  companyId: string
}

/** Times in milliseconds. */
export const presenceTimes = {
  /** A device without a heartbeat for this time has ended. */
  silence: 45_000,
  /** A person without activity for this time is AWAY, whatever the devices report. */
  idleness: 5 * 60_000,
  /** A closed socket counts for this time, so that a client may reconnect unnoticed. */
  grace: 5_000,
  /** The time of going offline is remembered for this long. */
  memory: 24 * 3_600_000,
} as const

/** Stores presence, and reports every change, whether by an event or by the passing of time. */
export interface PresenceStore {
  /** Stores a heartbeat of a device. OFFLINE ends it. `heldMs` is the time for which it counts. */
  beat(person: Person, beat: Beat): Promise<PresenceState>
  /**
   * Counts a socket of the session in this process. Heartbeats of the session still count if its last socket closed
   * just now.
   */
  attach(person: Person, session: string): Promise<void>
  /** Removes a closed socket. */
  leave(person: Person, socket: ClosedSocket): Promise<void>
  /** Records an activity of the person. */
  recordActivity(person: Person): Promise<void>
  /** Returns the states of the people who are known. */
  read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]>
  /** Returns people who are not offline, at most `max`, in no order. */
  present(companyId: string, max: number): Promise<PresenceState[]>
  /** Updates people whose status may have changed with time. */
  sweep(): Promise<void>
  close(): void
}

/** The contents of a heartbeat. */
export interface Beat {
  deviceId: string
  status: PresenceStatus
  heldMs: number
}

/** A closed socket. */
export interface ClosedSocket {
  deviceId: string
  /**
   * The session, if this was its last socket in this process. If no process has another one, heartbeats of the session
   * over HTTP end too.
   */
  session?: string | undefined
  /** Milliseconds for which its heartbeats still count. */
  graceMs: number
}

/** Receives presence changes. */
export type OnChange = (change: PresenceChange) => void
