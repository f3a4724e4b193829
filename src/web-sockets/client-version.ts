import { RequestError } from '../errors.ts'

/** The lowest protocol version of clients that the server still speaks with. */
const MIN_CLIENT_VERSION = 1

/**
 * True if a client is too old for the server. One that names no version is not checked. Throws BAD_USER_INPUT for a version that is
 * no whole number.
 */
export function isOutdated(clientVersion: unknown): boolean {
  if (clientVersion === undefined || clientVersion === null) return false
  if (!Number.isSafeInteger(clientVersion)) {
    throw new RequestError('BAD_USER_INPUT', 'clientVersion must be a whole number.')
  }
  return (clientVersion as number) < MIN_CLIENT_VERSION
}
