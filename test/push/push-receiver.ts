import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client, Data } from '../support/client.ts'

/** A message as a push service gets it. */
export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A push service that takes messages, or answers as a test wants. */
export interface PushReceiver extends AsyncDisposable {
  origin: string
  received: Received[]
  /** The status for a path; 201 unless a test says otherwise. */
  answer: (path: string) => number | Promise<number>
}

/** Starts a push service on this machine. */
export async function startPushReceiver(): Promise<PushReceiver> {
  const receiver: PushReceiver = {
    origin: '',
    received: [],
    answer: () => 201,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const path = request.url ?? ''
    receiver.received.push({ path, headers: request.headers, body: Buffer.concat(chunks) })
    const status = await receiver.answer(path)
    response.writeHead(status, { location: `${receiver.origin}/redirected` }).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  receiver.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return receiver
}

/** A browser with a subscription. */
export class Browser {
  readonly endpoint: string
  readonly path: string
  readonly #receiver: PushReceiver
  readonly #keys = createECDH('prime256v1')
  readonly #auth = randomBytes(16)

  constructor(receiver: PushReceiver, path = `/send/${randomBytes(8).toString('hex')}`) {
    this.#receiver = receiver
    this.path = path
    this.endpoint = receiver.origin + path
    this.#keys.generateKeys()
  }

  /** The subscription as PushManager.subscribe gives it. */
  get subscription() {
    const { endpoint } = this
    return { endpoint, p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') }
  }

  register(by: Client): Promise<Data> {
    return by.mutate('registerPushSubscription', this.subscription, 'endpoint')
  }

  get received(): Received[] {
    return this.#receiver.received.filter(({ path }) => path === this.path)
  }

  /** The messages, decrypted. */
  get messages(): Data[] {
    return this.received.map(({ body }) => JSON.parse(decryptPush(body, this.#keys, this.#auth)))
  }
}

/** Decrypts a message as a browser does (RFC 8291 and RFC 8188, one record). */
export function decryptPush(body: Buffer, keys: ECDH, auth: Buffer): string {
  const salt = body.subarray(0, 16)
  const idLength = body[20] ?? 0
  const senderKey = body.subarray(21, 21 + idLength)
  const sealed = body.subarray(21 + idLength)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), senderKey])
  const input = Buffer.from(hkdfSync('sha256', keys.computeSecret(senderKey), auth, info, 32))
  const derive = (name: string, length: number) =>
    Buffer.from(hkdfSync('sha256', input, salt, `Content-Encoding: ${name}\0`, length))
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  decipher.setAuthTag(sealed.subarray(-16))
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  return plain.subarray(0, plain.lastIndexOf(2)).toString()
}
