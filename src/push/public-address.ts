import { lookup as resolveName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Looks up the addresses of a name, as `dns.lookup` does with `all`. */
export type Resolve = (
  name: string,
  done: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void

/** The host is no address of the public internet, or has one that is none. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError'
}

const resolveAll: Resolve = (name, done) =>
  resolveName(name, { all: true }, (error, found) => done(error, found ?? []))

/** True for an address of the public internet: not of this machine, a private network, a link, or a reserved range. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast'
}

/** True for a host that is written as an address. Connections to it look up no name. */
export function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0
}

/**
 * Returns the look-up of a connection, which fails unless all addresses of the name are public. The connection is made to one of
 * the addresses that were checked, so that a name cannot change its address in between.
 */
export function publicLookup(resolve: Resolve = resolveAll): LookupFunction {
  return (name, options, done) => {
    resolve(name, (error, addresses) => {
      const [first] = addresses
      if (error) return done(error, '')
      if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
        return done(new PrivateAddressError('The name has an address that is not public.'), '')
      if (options.all) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}
