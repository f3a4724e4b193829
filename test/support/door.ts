import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

/** A port that leads to a server, and whose connections can be made to fail without either end knowing why. */
export interface Door extends AsyncDisposable {
  /** Where clients knock, such as http://127.0.0.1:40123. */
  readonly url: string
  /** The connections that are open now. */
  links(): Link[]
  /** Resets all of them; new ones can be made. */
  cut(): void
  /** Cuts the next connection that the server answers on, before the answer is through. */
  loseNextAnswer(): void
  close(): void
}

/** One connection through a door. */
export interface Link {
  /** Resets both ends. */
  cut(): void
  /** Lets nothing through in either direction, as a reader that does not read; what follows lets it flow again. */
  stall(): () => void
  /** Ends one half; the other end is told nothing, and hears nothing any more. */
  halfOpen(told: 'client' | 'server'): void
}

/** Opens a door to a port of this machine, whether or not anybody listens there. */
export async function openDoor(port: number): Promise<Door> {
  const links = new Map<Socket, Link>()
  let losesAnswer = false
  const listener = createServer({ noDelay: true }, (client) => {
    const server = createConnection({ port, host: '127.0.0.1', noDelay: true })
    // Heard before the client is.
    server.on('data', () => {
      if (losesAnswer) links.get(client)?.cut()
      losesAnswer = false
    })
    links.set(client, connect(client, server))
    client.once('close', () => links.delete(client))
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const cut = () => {
    for (const link of links.values()) link.cut()
  }
  const close = () => {
    listener.close()
    cut()
  }
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    links: () => [...links.values()],
    cut,
    loseNextAnswer() {
      losesAnswer = true
    },
    close,
    [Symbol.asyncDispose]: async () => close(),
  }
}

function connect(client: Socket, server: Socket): Link {
  let isHalf = false
  let stalls = 0
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.on('error', () => isHalf || other.resetAndDestroy())
    socket.on('close', () => isHalf || other.destroy())
  }
  flow()

  function flow(): void {
    client.pipe(server)
    server.pipe(client)
  }

  function stop(): void {
    client.unpipe(server).pause()
    server.unpipe(client).pause()
  }

  return {
    cut() {
      client.resetAndDestroy()
      server.resetAndDestroy()
    },
    stall() {
      stop()
      stalls += 1
      return () => {
        stalls -= 1
        if (stalls === 0 && !isHalf && !client.destroyed && !server.destroyed) flow()
      }
    },
    halfOpen(told) {
      stop()
      isHalf = true
      const [ended, left] = told === 'client' ? [client, server] : [server, client]
      ended.destroy()
      // Its messages are discarded. It only sees the end that it makes itself.
      left.resume()
    },
  }
}
