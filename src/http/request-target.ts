import type { IncomingMessage } from 'node:http'

/** A name or an address, and a port. Everything else that RFC 3986 allows in a host is only used by attackers. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])?(:\d{0,5})?$/i

/** Returns the path of a request without its query. Unlike URL it accepts everything that a client may send. */
export function requestPath({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? url
}

/**
 * Rewrites the target to a path, because a client may send the whole address (RFC 9112, section 3.2.2). Returns false
 * if target or Host do not form a URL, which would make later code throw.
 */
export function normalizeTarget(request: IncomingMessage): boolean {
  const { host = '' } = request.headers
  const absolute = /^https?:\/\/[^/?#]*(.*)$/i.exec(request.url ?? '')
  if (absolute) request.url = absolute[1]?.startsWith('/') ? absolute[1] : `/${absolute[1] ?? ''}`
  return isAddress(host, request.url ?? '')
}

/** The address that was accepted last: nearly all requests have the same one. */
let accepted: { host: string; path: string } | undefined

function isAddress(host: string, path: string): boolean {
  if (accepted?.host === host && accepted.path === path) return true
  const isAccepted =
    HOST.test(host) && path.startsWith('/') && URL.canParse(`http://${host || 'localhost'}${path}`)
  if (isAccepted) accepted = { host, path }
  return isAccepted
}
