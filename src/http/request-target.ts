import type { IncomingMessage } from 'node:http'

/** A name or an address, and a port; what else RFC 3986 allows in a host is only ever an attack. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])?(:\d{0,5})?$/i

/** The path of a request, without its query; unlike URL it takes whatever a client may send. */
export function requestPath({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? url
}

/**
 * Brings the target to the form that starts with a slash, since a client may send the whole address (RFC 9112, section
 * 3.2.2). False if target or Host make no URL: what builds one further in would throw.
 */
export function normalizeTarget(request: IncomingMessage): boolean {
  const { host = '' } = request.headers
  const absolute = /^https?:\/\/[^/?#]*(.*)$/i.exec(request.url ?? '')
  if (absolute) request.url = absolute[1]?.startsWith('/') ? absolute[1] : `/${absolute[1] ?? ''}`
  const base = `http://${host || 'localhost'}`
  return HOST.test(host) && request.url?.startsWith('/') === true && URL.canParse(`${base}${request.url}`)
}
