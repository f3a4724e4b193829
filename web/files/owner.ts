import type { Memory } from '../store/memory.ts'
import type { Session } from '../store/session.ts'

/** The person whose files they are. Nothing is done for them once they have left, whoever is signed in then. */
export interface Owner {
  session: Session
  memory: Memory
  scope: string
  /** Ends when the person signs out. */
  stay: AbortSignal
}

/** The person who is signed in now. */
export function ownerIn(session: Session): Owner {
  const { memory, scope, stay } = session
  return { session, memory, scope, stay: stay.signal }
}
