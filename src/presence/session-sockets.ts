import type { ClosedSocket, Person } from './status.ts'

/** A session of somebody's, of which this process has sockets. */
export interface PersonSession {
  readonly person: Person
  readonly session: string
}

/** A session's last socket here that closed while the shared store could not be told; `at` is in milliseconds. */
export interface UntoldLeave {
  readonly person: Person
  readonly socket: ClosedSocket & { readonly session: string }
  readonly at: number
}

/** What this process alone knows of its sockets, for when the shared store has missed or forgotten it. */
export interface SessionSockets {
  attach(session: PersonSession): void
  leave(session: PersonSession): void
  isOpen(session: PersonSession): boolean
  open(): PersonSession[]
  /** The shared store could not be told of this one. */
  missed(leave: UntoldLeave): void
  /** Those that were missed, and have not come back. */
  untold(): UntoldLeave[]
  isUntold(leave: UntoldLeave): boolean
  told(leave: UntoldLeave): void
}

/** Of more, what the sessions said counts until it ends by silence. */
const MAX_PENDING = 10_000

/** Creates an empty record of this process's sockets. */
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
