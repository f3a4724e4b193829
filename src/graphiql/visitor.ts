import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { proxyHeaders } from '../http/proxy-headers.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** A link that opens GraphiQL of the demo people once, for people at other machines than the server's. */
export interface DemoLink {
  /** The query of the link, such as `demo=…`. */
  readonly query: string
  /** Returns true for the first visitor with the link. */
  use(parameters: URLSearchParams): boolean
}

/** Creates a link that works once. */
export function createDemoLink(): DemoLink {
  const code = randomBytes(18).toString('base64url')
  let isUsed = false
  return {
    query: `demo=${code}`,
    use(parameters) {
      const given = parameters.get('demo')
      if (isUsed || given === null || !timingSafeEqual(digest(given), digest(code))) return false
      isUsed = true
      return true
    },
  }
}

/**
 * True if a browser on the server's machine sends the request to a name of this machine. A foreign page could point its
 * own name to the loopback address (DNS rebinding), but then the request has that name.
 */
export function isAtThisMachine(address: string | undefined, headers: Headers): boolean {
  if (proxyHeaders.some((name) => headers.has(name))) return false
  return isLoopbackAddress(address ?? '') && isLoopbackHost(headers.get('host') ?? '')
}

/** True for an address that only this machine can reach, or a name of one. */
export function isLoopbackHost(host: string): boolean {
  if (isLoopbackAddress(host)) return true
  if (!URL.canParse(`http://${host}`)) return false
  const { hostname, username, pathname } = new URL(`http://${host}`)
  if (username !== '' || pathname !== '/') return false
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name)
}

function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(plain)
  return family !== 0 && loopback.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
