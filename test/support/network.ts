import type { AddressInfo } from 'node:net'
import { createConnection, createServer, type Socket } from 'node:net'

/** A network between clients and one server that can be made to fail. */
export interface Network extends AsyncDisposable {
  /** The server's address as its clients know it. */
  readonly url: string
  readonly connections: number
  /** Breaks all connections; new ones can be made. */
  cut(): void
  /** Nothing gets through any more, in either direction, though every connection stays open; what follows resumes it. */
  freeze(): () => void
  /** Cuts the next connection that the server answers on, before the answer is through. */
  loseNextAnswer(): void
}

/** Opens a port that leads to the server at `url`. */
export async function networkTo(url: string): Promise<Network> {
  const { hostname, port } = new URL(url)
  const pairs = new Set<[Socket, Socket]>()
  let losesAnswer = false

  const listener = createServer((client) => {
    const server = createConnection(Number(port), hostname)
    const pair: [Socket, Socket] = [client, server]
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      server.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    client.on('data', (bytes) => void server.write(bytes))
    server.on('data', (bytes) => {
      if (losesAnswer) {
        losesAnswer = false
        end()
      } else client.write(bytes)
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))

  function cut(): void {
    for (const [client, server] of [...pairs]) {
      client.resetAndDestroy()
      server.destroy()
    }
  }

  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    get connections() {
      return pairs.size
    },
    cut,
    freeze() {
      const frozen = [...pairs].flat()
      for (const socket of frozen) socket.pause()
      return () => {
        for (const socket of frozen) socket.resume()
      }
    },
    loseNextAnswer() {
      losesAnswer = true
    },
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
