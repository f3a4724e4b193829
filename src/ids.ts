import { v7, validate } from 'uuid'

/** Types whose ids leave the API. */
export type NodeType = 'Company' | 'User' | 'Role' | 'Conversation' | 'Message'

/** A new time-ordered id (UUIDv7, RFC 9562). */
export function newId(): string {
  return v7()
}

/** The opaque id clients see: type and UUID. */
export function encodeId(type: string, uuid: string): string {
  return Buffer.from(`${type}:${uuid}`).toString('base64url')
}

/** Type and UUID of a global id, or undefined if it is malformed. */
export function decodeId(id: string): { type: string; uuid: string } | undefined {
  const [type, uuid, ...rest] = Buffer.from(id, 'base64url').toString('utf8').split(':')
  if (!type || !uuid || rest.length > 0 || !/^[A-Za-z]{1,40}$/.test(type)) return undefined
  if (!isUuid(uuid) || encodeId(type, uuid) !== id) return undefined
  return { type, uuid }
}

/** True for a UUID in its canonical lower-case form. */
export function isUuid(value: string): boolean {
  return validate(value) && value === value.toLowerCase()
}
