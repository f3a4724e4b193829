import { ColloquyError } from './errors.ts'

/** Where the API is: an address, or who knows it. */
export type Address = string | (() => string)

/**
 * Gives what tells the API's absolute address; in a page it may be relative to the page's. Throws ColloquyError at once for
 * an address that is none; what a function cannot tell, or tells wrong, is UNAVAILABLE until it can.
 */
export function createAddress(address: Address): () => string {
  if (typeof address === 'string') {
    const fixed = absolute(address)
    return () => fixed
  }
  return () => {
    try {
      return absolute(address())
    } catch (cause) {
      throw new ColloquyError('UNAVAILABLE', `There is no address: ${String(cause)}`, [], { cause })
    }
  }
}

function absolute(address: string): string {
  const { location } = globalThis as { location?: { href: string } }
  const url = URL.canParse(address, location?.href) ? new URL(address, location?.href) : undefined
  // Neither fetch nor WebSocket take these.
  if (url && /^https?:$/.test(url.protocol) && !(url.username || url.password || url.hash)) return url.href
  throw new ColloquyError('BAD_USER_INPUT', `${JSON.stringify(address)} is not the URL of an API.`)
}
