import { v7, validate } from 'uuid'
import { pooledRandomBytes } from './random-bytes.ts'

/** The types whose ids the API returns. */
export const nodeTypes = [
  'Company',
  'User',
  'Role',
  'Conversation',
  'Message',
  'Broadcast',
  'ModerationCase',
  'Guest',
  'GuestMessage',
  'GuestDelivery',
  'InboundMessage',
  'AuditEvent',
  'Export',
  'LegalHold',
  'Attachment',
] as const

/** A type whose ids the API returns. */
export type NodeType = (typeof nodeTypes)[number]

/** The millisecond and counter of the last id, so that ids of one process ascend (RFC 9562, 6.2, method 1). */
const last = { msecs: 0, seq: 0 }

/** Returns a new time-ordered id (UUIDv7, RFC 9562). */
export function newId(): string {
  const now = Date.now()
  const random = pooledRandomBytes(16)
  if (now > last.msecs) {
    last.msecs = now
    last.seq = random.readUInt32BE(6) >>> 1
  } else {
    last.seq += 1
  }
  return v7({ random, ...last })
}

/** The UUID that these 16 bytes are, whatever version they name. */
export function uuidFromBytes(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** A UUID (version 8, RFC 9562) of the first 16 bytes of a hash: equal input gives an equal id. */
export function uuidFromHash(hash: Buffer): string {
  const bytes = Buffer.from(hash.subarray(0, 16))
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return uuidFromBytes(bytes)
}

/** The opaque id clients see: type and UUID. */
export function encodeId(type: string, uuid: string): string {
  return Buffer.from(`${type}:${uuid}`).toString('base64url')
}

/** Returns type and UUID of a global id. Undefined if it is malformed or of an unknown type. */
export function decodeId(id: string): { type: NodeType; uuid: string } | undefined {
  const [name, uuid, ...rest] = Buffer.from(id, 'base64url').toString('utf8').split(':')
  const type = nodeTypes.find((known) => known === name)
  if (!type || !uuid || rest.length > 0) return undefined
  if (!isUuid(uuid) || encodeId(type, uuid) !== id) return undefined
  return { type, uuid }
}

/** Returns the UUID of a company from its UUID in any case or its global id. */
export function companyIdIn(reference: string): string | undefined {
  const lowerCase = reference.toLowerCase()
  if (isUuid(lowerCase)) return lowerCase
  const globalId = decodeId(reference)
  return globalId?.type === 'Company' ? globalId.uuid : undefined
}

/** True for a UUID in its canonical lower-case form. */
export function isUuid(value: string): boolean {
  return validate(value) && value === value.toLowerCase()
}
