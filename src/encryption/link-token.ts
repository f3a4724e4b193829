import { parse } from 'uuid'
import { uuidFromBytes } from '../ids.ts'
import { isSameSecret } from '../text/same-secret.ts'
import type { CompanyKeys } from './company-keys.ts'
import type { DeploymentKey } from './deployment-key.ts'

const ID_BYTES = 16
const TIME_BYTES = 6
const MAC_BYTES = 32
const STAMP_BYTES = 16

/** The ids that a link names, the company's first, and its end. */
export interface LinkClaims {
  ids: readonly string[]
  expiresAt: Date
}

/** Returns the token of a link of this kind, which is a credential. */
export function signLink(keys: CompanyKeys, kind: string, { ids, expiresAt }: LinkClaims): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(expiresAt.getTime(), 0, TIME_BYTES)
  const signed = Buffer.concat([...ids.map((id) => parse(id)), time])
  return Buffer.concat([signed, mac(keys, kind, signed)]).toString('base64url')
}

/** Reads a token with so many ids; nothing of it is true before `isGenuine` says so. Null if it is none. */
export function readLink(
  token: string,
  kind: string,
  count: number,
): (LinkClaims & { isGenuine(keys: CompanyKeys): boolean }) | null {
  const signedBytes = count * ID_BYTES + TIME_BYTES
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== signedBytes + MAC_BYTES || bytes.toString('base64url') !== token) return null
  const signed = bytes.subarray(0, signedBytes)
  const idAt = (place: number) => uuidFromBytes(signed.subarray(place * ID_BYTES, (place + 1) * ID_BYTES))
  return {
    ids: Array.from({ length: count }, (_each, place) => idAt(place)),
    expiresAt: new Date(signed.readUIntBE(count * ID_BYTES, TIME_BYTES)),
    isGenuine: (keys) => isSameSecret(bytes.subarray(signedBytes), mac(keys, kind, signed)),
  }
}

/**
 * Adds the stamp of this deployment to a token, which proves without a look at the database that it was made here. The rest, such as
 * that it is of this company, of this kind and not over, is for `isGenuine` to say.
 */
export async function stampLink(key: DeploymentKey, token: string): Promise<string> {
  const bytes = Buffer.from(token, 'base64url')
  return Buffer.concat([bytes, await stamp(key, bytes)]).toString('base64url')
}

/** Returns the token without its stamp. Null if this deployment has not made it. */
export async function unstampLink(key: DeploymentKey, stamped: string): Promise<string | null> {
  const bytes = Buffer.from(stamped, 'base64url')
  if (bytes.length <= STAMP_BYTES || bytes.toString('base64url') !== stamped) return null
  const token = bytes.subarray(0, -STAMP_BYTES)
  const isOurs = isSameSecret(bytes.subarray(-STAMP_BYTES), await stamp(key, token))
  return isOurs ? token.toString('base64url') : null
}

async function stamp(key: DeploymentKey, token: Buffer): Promise<Buffer> {
  return (await key.hash('link', token.toString('hex'))).subarray(0, STAMP_BYTES)
}

function mac(keys: CompanyKeys, kind: string, signed: Buffer): Buffer {
  return keys.requestHash(`${kind} ${signed.toString('hex')}`)
}
