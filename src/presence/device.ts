import { newId } from '../ids.ts'
import type { Presence } from './presence.ts'
import type { Person } from './status.ts'

/** Where a request comes from: heartbeats are kept for each device. */
export interface Device {
  /** A WebSocket's own, or over HTTP the session's. */
  id: string
  /** The access token's, also where a ticket made with it opened the socket. */
  session: string
}

/** An open WebSocket's device. */
export interface SocketDevice {
  device: Device
  close(): void
}

/** The devices of this process's open WebSockets. */
export interface SocketDevices {
  open(person: Person, session: string): SocketDevice
}

/** With the last socket of a session, what the session said over HTTP ends too. */
export function createSocketDevices(presence: Pick<Presence, 'leave'>): SocketDevices {
  const openSockets = new Map<string, number>()

  function open({ companyId, userId }: Person, session: string): SocketDevice {
    const key = `${companyId} ${userId} ${session}`
    const device = { id: newId(), session }
    openSockets.set(key, (openSockets.get(key) ?? 0) + 1)
    return {
      device,
      close() {
        const left = (openSockets.get(key) ?? 1) - 1
        if (left > 0) openSockets.set(key, left)
        else openSockets.delete(key)
        presence.leave({ companyId, userId }, left > 0 ? [device.id] : [device.id, session])
      },
    }
  }

  return { open }
}
