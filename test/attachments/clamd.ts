import { createServer, type Server, type Socket } from 'node:net'

/** Speaks INSTREAM: finds whatever holds `virus`, says nothing while it is silent. */
export class Clamd {
  silent = false
  readonly port: number
  readonly #server: Server

  static async start(): Promise<Clamd> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return new Clamd(server, typeof address === 'object' && address ? address.port : 0)
  }

  constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
    server.on('connection', (socket: Socket) => {
      let got = Buffer.alloc(0)
      socket.on('error', () => {})
      socket.on('data', (bytes) => {
        if (this.silent) return void socket.destroy()
        got = Buffer.concat([got, bytes])
        if (got.subarray(-4).equals(Buffer.alloc(4)))
          socket.end(got.includes('virus') ? 'stream: Eicar FOUND\0' : 'stream: OK\0')
      })
    })
  }

  close(): void {
    this.#server.close()
  }
}
