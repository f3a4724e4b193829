import type { ClosedSocket, Person } from './status.ts'

/** A session of which this process has, or had, sockets. */
export interface SessionOf {
  readonly person: Person
  readonly session: string
}

/** A session whose last socket here closed while the shared store could not be told. */
export interface UntoldLeave {
  readonly person: Person
  readonly socket: ClosedSocket
}

/** What this process alone knows of its sockets, for when the shared store has missed or forgotten it. */
export interface SessionSockets {
  attach(person: Person, session: string): void
  leave(person: Person, session: string | undefined): void
  /** The shared store could not be told of this one. */
  missed(leave: UntoldLeave): void
  /** Those that were missed, and have not come back. */
  untold(): UntoldLeave[]
  told(leave: UntoldLeave): void
  isOpen(session: SessionOf): boolean
  open(): SessionOf[]
}

/** After a long outage, who left first is forgotten: the silence has ended them. */
const MOST_MISSED = 10_000

/** Creates an empty record of this process's sockets. */
export function createSessionSockets(): SessionSockets {
  const sessions = new Map<string, SessionOf>()
  const untold = new Map<string, UntoldLeave>()

  function attach(person: Person, session: string): void {
    sessions.set(nameOf(person, session), { person, session })
    untold.delete(nameOf(person, session))
  }

  function leave(person: Person, session: string | undefined): void {
    if (session !== undefined) sessions.delete(nameOf(person, session))
  }

  function missed(leave: UntoldLeave): void {
    const { person, socket } = leave
    if (socket.session === undefined || isOpen({ person, session: socket.session })) return
    untold.set(nameOf(person, socket.session), leave)
    for (const oldest of untold.keys()) {
      if (untold.size <= MOST_MISSED) break
      untold.delete(oldest)
    }
  }

  function told(leave: UntoldLeave): void {
    const name = nameOf(leave.person, leave.socket.session ?? '')
    if (untold.get(name) === leave) untold.delete(name)
  }

  function isOpen({ person, session }: SessionOf): boolean {
    return sessions.has(nameOf(person, session))
  }

  return {
    attach,
    leave,
    missed,
    untold: () => [...untold.values()],
    told,
    isOpen,
    open: () => [...sessions.values()],
  }
}

function nameOf({ companyId, userId }: Person, session: string): string {
  return `${companyId} ${userId} ${session}`
}
