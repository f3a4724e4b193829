import { newId } from '../ids.ts'
import type { Presence } from './presence.ts'
import type { Person } from './status.ts'

/** The device that a request comes from. Heartbeats are stored per device. */
export interface Device {
  /** The id of the WebSocket, or over HTTP of the session. */
  id: string
  /** The session of the access token, also if a ticket of that session opened the socket. */
  session: string
  /** True once the socket is closed. Always false over HTTP. */
  readonly hasClosed?: boolean
}

/** The device of an open WebSocket. */
export interface SocketDevice {
  device: Device
  close(): void
}

/** The devices of this process's open WebSockets. */
export interface SocketDevices {
  open(person: Person, session: string): SocketDevice
}

/**
 * Creates the devices of this process's open WebSockets. When the last socket of a session closes, its heartbeats over
 * HTTP end too. `graceMs` returns the time for which the heartbeats of a closed socket still count.
 */
export function createSocketDevices(
  presence: Pick<Presence, 'attach' | 'leave'>,
  graceMs: () => number,
): SocketDevices {
  const openSockets = new Map<string, number>()

  function open({ companyId, userId }: Person, session: string): SocketDevice {
    const key = `${companyId} ${userId} ${session}`
    const device = { id: newId(), session, hasClosed: false }
    const others = openSockets.get(key) ?? 0
    openSockets.set(key, others + 1)
    if (others === 0) presence.attach({ companyId, userId }, session)
    return {
      device,
      close() {
        const left = (openSockets.get(key) ?? 1) - 1
        if (left > 0) openSockets.set(key, left)
        else openSockets.delete(key)
        device.hasClosed = true
        presence.leave(
          { companyId, userId },
          { deviceId: device.id, session: left > 0 ? undefined : session, graceMs: graceMs() },
        )
      },
    }
  }

  return { open }
}
