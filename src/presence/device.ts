import { newId } from '../ids.ts'
import type { Presence } from './presence.ts'
import type { Person } from './status.ts'

/** Where a request comes from: heartbeats are kept for each device. */
export interface Device {
  /** A WebSocket's own, or over HTTP the session's. */
  id: string
  /** The access token's, also where a ticket made with it opened the socket. */
  session: string
  /** True once its socket is closed; over HTTP there is none. */
  readonly hasClosed?: boolean
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

/**
 * With the last socket of a session, what the session said over HTTP ends too. `graceMs` tells how long what a closed
 * socket's client said counts on.
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
