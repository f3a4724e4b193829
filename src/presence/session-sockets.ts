import type { ClosedSocket, Person } from './status.ts'

/** A session of a person with sockets in this process. */
export interface PersonSession {
  readonly person: Person
  readonly session: string
}

/** The last socket of a session, closed while the shared store could not be reached. `at` is in milliseconds. */
export interface MissedLeave {
  readonly person: Person
  readonly socket: ClosedSocket & { readonly session: string }
  readonly at: number
}

/** The sockets of this process, to be written again when the shared store has missed or lost them. */
export interface SessionSockets {
  attach(session: PersonSession): void
  leave(session: PersonSession): void
  isOpen(session: PersonSession): boolean
  open(): PersonSession[]
  /** Remembers a leave that the shared store has missed. */
  addMissed(leave: MissedLeave): void
  /** Returns the missed leaves of sessions that have not come back. */
  missed(): MissedLeave[]
  isMissed(leave: MissedLeave): boolean
  /** Forgets a missed leave, because the shared store has it now. */
  written(leave: MissedLeave): void
}

/** Maximum number of missed leaves. Beyond it, sessions end when their heartbeats expire. */
const MAX_PENDING = 10_000

/** Creates an empty collection. */
export function createSessionSockets(): SessionSockets {
  const sessions = new Map<string, PersonSession>()
  const leaves = new Map<string, MissedLeave>()

  function attach(session: PersonSession): void {
    sessions.set(nameOf(session), session)
    leaves.delete(nameOf(session))
  }

  function addMissed(leave: MissedLeave): void {
    leaves.set(leaveName(leave), leave)
    for (const oldest of leaves.keys()) {
      if (leaves.size <= MAX_PENDING) break
      leaves.delete(oldest)
    }
  }

  function written(leave: MissedLeave): void {
    if (isMissed(leave)) leaves.delete(leaveName(leave))
  }

  const isMissed = (leave: MissedLeave) => leaves.get(leaveName(leave)) === leave

  return {
    attach,
    leave: (session) => void sessions.delete(nameOf(session)),
    isOpen: (session) => sessions.has(nameOf(session)),
    open: () => [...sessions.values()],
    addMissed,
    missed: () => [...leaves.values()],
    isMissed,
    written,
  }
}

function leaveName({ person, socket }: MissedLeave): string {
  return nameOf({ person, session: socket.session })
}

function nameOf({ person, session }: PersonSession): string {
  return `${person.companyId} ${person.userId} ${session}`
}
