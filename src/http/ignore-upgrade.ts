import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** True for an upgrade to WebSocket, the only protocol besides HTTP/1.1. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket'
}

/**
 * Answers a request for another protocol, such as h2c, as if it had not asked for the upgrade (RFC 9110, section 7.8).
 * Node.js hands over the connection of every upgrade: the request is put back without the upgrade and is parsed again
 * with the data that follows.
 */
export function ignoreUpgrade(
  http: HttpServer,
  request: IncomingMessage,
  connection: Duplex,
  head: Buffer,
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`, ...headerLines(request)]
  connection.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  http.emit('connection', connection)
}

function headerLines({ rawHeaders }: IncomingMessage): string[] {
  const lines: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    if (/^(upgrade|http2-settings)$/i.test(name)) continue
    lines.push(`${name}: ${/^connection$/i.test(name) ? withoutUpgrade(value) : value}`)
  }
  return lines
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((option) => option.trim())
  return options.filter((option) => !/^(upgrade|http2-settings)?$/i.test(option)).join(', ')
}
