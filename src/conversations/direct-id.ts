import { createHmac } from 'node:crypto'

/**
 * Returns the id of the direct conversation of two members. It is derived from their ids, so that two people who start
 * it at the same time meet at the primary key, and the first message can be encrypted before the conversation exists.
 * It is a UUIDv8 (RFC 9562).
 */
export function directConversationId(companyId: string, one: string, other: string): string {
  const [low, high] = [one, other].sort()
  const bytes = createHmac('sha256', companyId).update(`direct ${low} ${high}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
