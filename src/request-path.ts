import type { IncomingMessage } from 'node:http'

/** The path of a request, without its query; unlike URL it takes whatever a client may send. */
export function requestPath({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? url
}
