import { ColloquyError } from './errors.ts'

/** The address of the API, or a function that returns it. */
export type Address = string | (() => string)

/**
 * Returns a function that resolves the absolute address of the API. In a page, the address may be relative. Throws
 * ColloquyError at once for an invalid address. If a function throws or returns an invalid address, requests fail with
 * UNAVAILABLE until it does not.
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
  // fetch and WebSocket reject addresses with credentials or a hash.
  if (url && /^https?:$/.test(url.protocol) && !(url.username || url.password || url.hash)) return url.href
  throw new ColloquyError('BAD_USER_INPUT', `${JSON.stringify(address)} is not the URL of an API.`)
}
