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

/** The keys that a link is signed with: the company's, and the deployment's for its stamp. */
export interface LinkKeys {
  company: CompanyKeys
  deployment: DeploymentKey
}

/**
 * Returns the token of a link of this kind, which is a credential. Its stamp proves without a look at the database that this
 * deployment has made it.
 */
export async function signLink(
  { company, deployment }: LinkKeys,
  kind: string,
  { ids, expiresAt }: LinkClaims,
): Promise<string> {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(expiresAt.getTime(), 0, TIME_BYTES)
  const signed = Buffer.concat([...ids.map((id) => parse(id)), time])
  const bytes = Buffer.concat([signed, mac(company, kind, signed)])
  return Buffer.concat([bytes, await stamp(deployment, bytes)]).toString('base64url')
}

/** A link that this deployment has made. Nothing of it is true before `isGenuine` says so. */
export interface ReadLink extends LinkClaims {
  /** True if the company of these keys has made it, as a link of this kind. It may be over. */
  isGenuine(keys: CompanyKeys, kind: string): boolean
}

/** Reads a token with so many ids. Null if this deployment has not made it. */
export async function readLink(key: DeploymentKey, token: string, count: number): Promise<ReadLink | null> {
  const signedBytes = count * ID_BYTES + TIME_BYTES
  const stamped = Buffer.from(token, 'base64url')
  const isWhole = stamped.length === signedBytes + MAC_BYTES + STAMP_BYTES
  if (!isWhole || stamped.toString('base64url') !== token) return null
  const bytes = stamped.subarray(0, -STAMP_BYTES)
  if (!isSameSecret(stamped.subarray(-STAMP_BYTES), await stamp(key, bytes))) return null
  const signed = bytes.subarray(0, signedBytes)
  const idAt = (place: number) => uuidFromBytes(signed.subarray(place * ID_BYTES, (place + 1) * ID_BYTES))
  return {
    ids: Array.from({ length: count }, (_each, place) => idAt(place)),
    expiresAt: new Date(signed.readUIntBE(count * ID_BYTES, TIME_BYTES)),
    isGenuine: (keys, kind) => isSameSecret(bytes.subarray(signedBytes), mac(keys, kind, signed)),
  }
}

async function stamp(key: DeploymentKey, bytes: Buffer): Promise<Buffer> {
  return (await key.hash('link', bytes.toString('hex'))).subarray(0, STAMP_BYTES)
}

function mac(keys: CompanyKeys, kind: string, signed: Buffer): Buffer {
  return keys.requestHash(`${kind} ${signed.toString('hex')}`)
}
