import type { Duplex } from 'node:stream'

/** Answers a request for a WebSocket with a status, such as "404 Not Found", and closes its connection. */
export function refuseUpgrade(
  connection: Duplex,
  status: string,
  headers: Record<string, unknown> = {},
): void {
  connection.once('error', () => connection.destroy())
  const lines = Object.entries({ Connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  connection.end(`${[`HTTP/1.1 ${status}`, ...lines].join('\r\n')}\r\n\r\n`, () => connection.destroy())
}
