import { connect } from 'node:net'

const IDLE_MS = 60_000
const MAX_ANSWER = 4_096

/** Looks for viruses and the like in files. */
export interface Scanner {
  /** True if it has found something. Throws if it does not answer, or could not look at all of it: then nothing is known. */
  isInfected(plain: AsyncIterable<Buffer>): Promise<boolean>
}

/** Connects to clamd for each file, by its INSTREAM command. */
export function createClamd({ host, port }: { host: string; port: number }): Scanner {
  return {
    async isInfected(plain) {
      const socket = connect({ host, port })
      socket.setTimeout(IDLE_MS, () => socket.destroy(new Error('The scanner does not answer.')))
      const answer = readAnswer(socket)
      // The answer tells more than an end of the connection in the middle of a file.
      answer.catch(() => {})
      try {
        await send(socket, plain)
        const said = await answer
        if (said === 'stream: OK') return false
        if (said.endsWith(' FOUND')) return true
        throw new Error('The scanner could not look at the whole file.')
      } finally {
        socket.destroy()
      }
    },
  }
}

async function send(socket: ReturnType<typeof connect>, plain: AsyncIterable<Buffer>): Promise<void> {
  const write = (bytes: Buffer | string) =>
    new Promise<void>((resolve, reject) =>
      socket.write(bytes, (error) => (error ? reject(error) : resolve())),
    )
  await write('zINSTREAM\0')
  const length = Buffer.alloc(4)
  for await (const bytes of plain) {
    length.writeUInt32BE(bytes.length)
    await write(length)
    await write(bytes)
  }
  await write(Buffer.alloc(4))
}

async function readAnswer(socket: ReturnType<typeof connect>): Promise<string> {
  let said = ''
  for await (const bytes of socket) {
    said += bytes
    if (said.includes('\0') || said.length > MAX_ANSWER) break
  }
  return said.split('\0', 1)[0] ?? ''
}
