import type { HeldDevice } from './memory-store.ts'
import type { PersonSession } from './session-sockets.ts'
import { type ClosedSocket, type Person, type PresenceState, presenceTimes } from './status.ts'

/** Runs one step of `presenceInRedis` about a company. */
export type Ask = (step: string, companyId: string, ...rest: (string | number)[]) => Promise<PresenceState[]>

/** Writes the sockets and devices of this process to Redis. */
export interface PresenceWriter {
  /** `isAgain` is true if the socket was open all along, and Redis may have missed or lost it. */
  ofSocket(session: PersonSession, isAgain: boolean): Promise<unknown>
  /** `ageMs` is the time since it closed. Devices with a later heartbeat are not affected. */
  ofLeave(person: Person, socket: ClosedSocket, ageMs: number): Promise<unknown>
  /** Writes the state of a device. */
  ofDevice(device: HeldDevice): Promise<unknown>
}

/** Creates the writer for the process with this id. */
export function createPresenceWriter(ask: Ask, process: string): PresenceWriter {
  function ofSocket({ person, session }: PersonSession, isAgain: boolean): Promise<unknown> {
    return ask('attach', person.companyId, person.userId, session, process, isAgain ? 1 : 0)
  }

  function ofLeave(person: Person, socket: ClosedSocket, ageMs: number): Promise<unknown> {
    const { deviceId, session = '', graceMs } = socket
    // A leave without delay follows all heartbeats, even if the clock of Redis was set back.
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
