import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A signing key of the test issuer. */
type IssuerKey = { kid: string; alg: string; privateKey: KeyObject; publicKey: KeyObject }

/** How the issuer answers requests for its keys. */
type Mood = 'answers' | 'fails' | 'hangs' | 'floods' | 'trickles'

/** A token issuer on a real port whose keys rotate at will; it shares no code with the verifier. */
export async function startTokenIssuer() {
  const published: object[] = []
  const hanging = new Map<ServerResponse, object[] | undefined>()
  let frozen: object[] | undefined
  let fetches = 0
  let bytesSent = 0
  let mood: Mood = 'answers'
  const server = createServer((_request, response) => {
    fetches += 1
    response.once('close', () => {
      bytesSent += response.socket?.bytesWritten ?? 0
    })
    if (mood === 'hangs') hanging.set(response, frozen)
    else answer(response)
  })
  await listen(0)
  const { port } = server.address() as AddressInfo

  return {
    name: `http://127.0.0.1:${port}`,
    jwksUrl: new URL(`http://127.0.0.1:${port}/keys`),
    fetches: () => fetches,
    /** How much the answers have sent so far. */
    bytesSent: () => bytesSent,
    publish(key: IssuerKey, changes: object = {}) {
      published.push(publicJwk(key, changes))
    },
    withdrawAll() {
      published.length = 0
    },
    /** A request that hangs can be answered later, with the keys of that time. */
    becomes(next: Mood, { asItIsNow = false } = {}) {
      mood = next
      frozen = asItIsNow ? [...published] : undefined
      if (mood !== 'hangs') for (const [response, keys] of hanging) answer(response, keys)
      hanging.clear()
    },
    async goesDown() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
    comesBack: () => listen(port),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      if (server.listening) server.close()
    },
  }

  function answer(response: ServerResponse, keys: object[] = published) {
    if (mood === 'floods') return flood(response)
    if (mood === 'trickles') return trickle(response)
    response.writeHead(mood === 'fails' ? 503 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys }))
  }

  async function listen(onPort: number) {
    server.listen(onPort, '127.0.0.1')
    await once(server, 'listening')
  }
}

/** Never ends: valid JSON so far, as fast as it is taken. */
function flood(response: ServerResponse): void {
  const more = `"${'x'.repeat(64 * 1024)}",`
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"keys":[],"padding":[')
  const write = () => {
    while (!response.destroyed && response.write(more));
  }
  response.on('drain', write)
  write()
}

/** Never ends: a byte at a time. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 100)
  response.once('close', () => clearInterval(timer))
}

/** Makes a key pair fit for the algorithm. */
export function makeKey(alg: string, kid: string, rsaBits = 2048): IssuerKey {
  if (alg === 'EdDSA') return { kid, alg, ...generateKeyPairSync('ed25519') }
  if (alg.startsWith('ES'))
    return { kid, alg, ...generateKeyPairSync('ec', { namedCurve: curves[alg] ?? '' }) }
  return { kid, alg, ...generateKeyPairSync('rsa', { modulusLength: rsaBits }) }
}

const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** The public half as a JSON Web Key; a change to undefined leaves a member out. */
export function publicJwk({ kid, alg, publicKey }: IssuerKey, changes: object = {}) {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig', ...changes }
}

/** Signs any header and payload, well-formed or not; a string payload goes in as it is. */
export function signToken(key: IssuerKey, payload: object | string, header: object = {}): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const input = `${encode({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })}.${base64url(text)}`
  return `${input}.${signature(key, input).toString('base64url')}`
}

/** Base64url of a value's JSON. */
export function encode(value: unknown): string {
  return base64url(JSON.stringify(value))
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function signature({ alg, privateKey: key }: IssuerKey, input: string): Buffer {
  const data = Buffer.from(input)
  if (alg === 'EdDSA') return sign(null, data, key)
  const digest = `sha${alg.slice(2)}`
  if (alg.startsWith('ES')) return sign(digest, data, { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('RS')) return sign(digest, data, key)
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return sign(digest, data, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
}
