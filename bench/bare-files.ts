import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const ALGORITHM = 'aes-256-gcm'

/**
 * Serves files in a process of its own that knows nothing but HTTP, AES-GCM and the disk: the limit of this machine. PUT encrypts a body
 * into a file of its name and makes it durable, GET decrypts it. The parent is told the address.
 */
export async function serveBareFiles(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-bare-files-'))
  const [key, nonce] = [randomBytes(32), randomBytes(12)]
  const tags = new Map<string, Buffer>()
  const take = async (request: IncomingMessage, response: ServerResponse, path: string) => {
    const cipher = createCipheriv(ALGORITHM, key, nonce)
    await pipeline(request, cipher, createWriteStream(path, { flush: true }))
    tags.set(path, cipher.getAuthTag())
    response.writeHead(204).end()
  }
  const give = async (response: ServerResponse, path: string) => {
    const decipher = createDecipheriv(ALGORITHM, key, nonce).setAuthTag(tags.get(path) ?? Buffer.alloc(16))
    await pipeline(createReadStream(path), decipher, response)
  }
  const server = createServer((request, response) => {
    const path = join(folder, (request.url ?? '/').slice(1))
    void (request.method === 'PUT' ? take(request, response, path) : give(response, path))
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.once('disconnect', async () => {
    await rm(folder, { recursive: true, force: true })
    process.exit()
  })
}
