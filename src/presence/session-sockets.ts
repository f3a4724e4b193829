import type { ClosedSocket, Person } from './status.ts'

/** A session of a person with sockets in this process. */
export interface PersonSession {
  readonly person: Person
  readonly session: string
}

/** The last socket of a session, closed while the shared store could not be reached. `at` is in milliseconds. */
export interface UntoldLeave {
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
  missed(leave: UntoldLeave): void
  /** Returns the missed leaves of sessions that have not come back. */
  untold(): UntoldLeave[]
  isUntold(leave: UntoldLeave): boolean
  told(leave: UntoldLeave): void
}

/** Maximum number of missed leaves. Beyond it, sessions end when their heartbeats expire. */
const MAX_PENDING = 10_000

/** Creates an empty collection. */
export function createSessionSockets(): SessionSockets {
  const sessions = new Map<string, PersonSession>()
  const leaves = new Map<string, UntoldLeave>()

  function attach(session: PersonSession): void {
    sessions.set(nameOf(session), session)
    leaves.delete(nameOf(session))
  }

  function missed(leave: UntoldLeave): void {
    leaves.set(leaveName(leave), leave)
    for (const oldest of leaves.keys()) {
      if (leaves.size <= MAX_PENDING) break
      leaves.delete(oldest)
    }
  }

  function told(leave: UntoldLeave): void {
    if (isUntold(leave)) leaves.delete(leaveName(leave))
  }

  const isUntold = (leave: UntoldLeave) => leaves.get(leaveName(leave)) === leave

  return {
    attach,
    leave: (session) => void sessions.delete(nameOf(session)),
    isOpen: (session) => sessions.has(nameOf(session)),
    open: () => [...sessions.values()],
    missed,
    untold: () => [...leaves.values()],
    isUntold,
    told,
  }
}

function leaveName({ person, socket }: UntoldLeave): string {
  return nameOf({ person, session: socket.session })
}

function nameOf({ person, session }: PersonSession): string {
  return `${person.companyId} ${person.userId} ${session}`
}
