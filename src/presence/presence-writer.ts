import type { HeldDevice } from './memory-store.ts'
import type { PersonSession } from './session-sockets.ts'
import { type ClosedSocket, type Person, type PresenceState, presenceTimes } from './status.ts'

/** Carries one step of presence out in Redis; see `presenceInRedis`. */
export type Ask = (...step: (string | number)[]) => Promise<PresenceState[]>

/** Writes the sockets and devices of this process to Redis. */
export interface PresenceWriter {
  /** `isAgain`: it has been open all along, whatever Redis was told meanwhile. */
  ofSocket(session: PersonSession, isAgain: boolean): Promise<unknown>
  /** `ageMs`: how long ago it closed; who has been heard of since is not concerned. */
  ofLeave(person: Person, socket: ClosedSocket, ageMs: number): Promise<unknown>
  /** A device as this process knows it. */
  ofDevice(device: HeldDevice): Promise<unknown>
}

/** Creates what tells in the name of the process with this id. */
export function createPresenceWriter(ask: Ask, process: string): PresenceWriter {
  function ofSocket({ person, session }: PersonSession, isAgain: boolean): Promise<unknown> {
    return ask('attach', person.companyId, person.userId, session, process, isAgain ? 1 : 0)
  }

  function ofLeave(person: Person, socket: ClosedSocket, ageMs: number): Promise<unknown> {
    const { deviceId, session = '', graceMs } = socket
    // What leaves now came after every beat, whatever the clock of Redis has done meanwhile.
    const heardUpTo = ageMs > 0 ? presenceTimes.silence - ageMs : presenceTimes.memory
    const spans = [graceMs - ageMs, heardUpTo].map(Math.floor)
    return ask('leave', person.companyId, person.userId, deviceId, session, process, ...spans)
  }

  function ofDevice({ person, deviceId, status, heldMs, saidMs, idleMs }: HeldDevice): Promise<unknown> {
    const spans = [heldMs, saidMs, idleMs].map(Math.ceil)
    return ask('tell', person.companyId, person.userId, deviceId, status, ...spans)
  }

  return { ofSocket, ofLeave, ofDevice }
}
