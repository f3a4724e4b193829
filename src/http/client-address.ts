import type { IncomingMessage } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import ipaddr from 'ipaddr.js'

/**
 * Returns the IP address that a request comes from, or "unknown". As many entries of X-Forwarded-For are trusted as there are
 * trusted proxies. An IPv4 address is written as one also where it comes within an IPv6 address.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  return parse(request, trustedProxies)?.toString() ?? 'unknown'
}

/**
 * Returns the network that a request comes from: an IPv4 address, or the /64 of an IPv6 address, because a customer has
 * at least that.
 */
export function clientNetwork(request: IncomingMessage, trustedProxies: number): string {
  const parsed = parse(request, trustedProxies)
  if (!parsed) return 'unknown'
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`
}

function parse(request: IncomingMessage, trustedProxies: number): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const address = proxyAddr(request, (_address, hop) => hop < trustedProxies)
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined
}
