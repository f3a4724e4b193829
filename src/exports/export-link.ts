import { parse } from 'uuid'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import { uuidFromBytes } from '../ids.ts'
import { isSameSecret } from '../text/same-secret.ts'

/** The beginning of the paths of links. */
export const EXPORTS_PATH = '/exports/'
/** The ending of the address of a manifest. */
export const MANIFEST = '/manifest.json'
/** Minutes for which a link is valid. */
export const LINK_MINUTES = 10

/** The file that a link leads to, the one person it is for, and its end. */
export interface ExportLink {
  companyId: string
  exportId: string
  userId: string
  expiresAt: Date
}

const ID_BYTES = 16
const TIME_BYTES = 6
const SIGNED_BYTES = 3 * ID_BYTES + TIME_BYTES
const MAC_BYTES = 32

/** Returns the token of a link, which is a credential. */
export function linkToken(keys: CompanyKeys, link: ExportLink): string {
  const { companyId, exportId, userId, expiresAt } = link
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(expiresAt.getTime(), 0, TIME_BYTES)
  const signed = Buffer.concat([parse(companyId), parse(exportId), parse(userId), time])
  return Buffer.concat([signed, mac(keys, signed)]).toString('base64url')
}

/** Reads a token; nothing of it is true before `isGenuine` says so. Null if it is none. */
export function readLinkToken(
  token: string,
): (ExportLink & { isGenuine(keys: CompanyKeys): boolean }) | null {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== SIGNED_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null
  const signed = bytes.subarray(0, SIGNED_BYTES)
  const idAt = (place: number) => uuidFromBytes(signed.subarray(place * ID_BYTES, (place + 1) * ID_BYTES))
  return {
    companyId: idAt(0),
    exportId: idAt(1),
    userId: idAt(2),
    expiresAt: new Date(signed.readUIntBE(3 * ID_BYTES, TIME_BYTES)),
    isGenuine: (keys) => isSameSecret(bytes.subarray(SIGNED_BYTES), mac(keys, signed)),
  }
}

function mac(keys: CompanyKeys, signed: Buffer): Buffer {
  return keys.requestHash(`export link ${signed.toString('hex')}`)
}
