import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** The server's end of a connection that a test opens to a server in its own process. */
export function acceptedFor(client: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const accepted: Socket[] = []
    const look = () => {
      const found = accepted.find(({ remotePort }) => remotePort === client.localPort)
      if (!found) return
      unsubscribe('net.server.socket', accept)
      resolve(found)
    }
    const accept = (message: unknown) => {
      accepted.push((message as { socket: Socket }).socket)
      look()
    }
    subscribe('net.server.socket', accept)
    client.once('connect', look)
    client.once('error', reject)
  })
}
