import { parse } from 'uuid'
import { uuidFromBytes } from '../ids.ts'
import { isSameSecret } from '../text/same-secret.ts'
import type { CompanyKeys } from './company-keys.ts'

const ID_BYTES = 16
const TIME_BYTES = 6
const MAC_BYTES = 32

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

function mac(keys: CompanyKeys, kind: string, signed: Buffer): Buffer {
  return keys.requestHash(`${kind} ${signed.toString('hex')}`)
}
