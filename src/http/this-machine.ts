import ipaddr from 'ipaddr.js'

/**
 * Headers that proxies add. A request with one may come from any machine, even if its connection comes from this one.
 */
export const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'cf-connecting-ip',
  'true-client-ip',
  'x-envoy-external-address',
]

/**
 * True if a program on this machine sends the request, and to a name of this machine. A foreign page could point its own
 * name to the loopback address (DNS rebinding), but then the request has that name.
 */
export function isFromThisMachine(
  address: string | undefined,
  headerOf: (name: string) => string | undefined,
): boolean {
  if (proxyHeaders.some((name) => headerOf(name) !== undefined)) return false
  return isLoopbackAddress(address ?? '') && isLoopbackHost(headerOf('host') ?? '')
}

/** True for an address that only this machine can reach, or a name of one, each with a port or without. */
export function isLoopbackHost(host: string): boolean {
  if (isLoopbackAddress(host)) return true
  if (!URL.canParse(`http://${host}`)) return false
  const { hostname, username, pathname } = new URL(`http://${host}`)
  if (username !== '' || pathname !== '/') return false
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name)
}

/** Also true for an IPv4 address in its IPv6 form. */
function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
