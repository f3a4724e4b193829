import type { CompanyKeys } from '../encryption/company-keys.ts'
import { RequestError } from '../errors.ts'
import { isSameSecret } from '../text/same-secret.ts'

/** The stream of a viewer's inbox; its cursors are for `inboxEvents`. */
export const INBOX = 'inbox'

/** The stream of a company's cases; its cursors are for `moderationEvents`. */
export const MODERATION = 'moderation'

/** The stream of what happens about guests; its cursors are for `guestEvents`. */
export const GUESTS = 'guests'

/** The stream that a cursor belongs to. It is valid for no other. */
export interface StreamName {
  userId: string
  /** The conversation's id, INBOX, MODERATION or GUESTS. */
  stream: string
}

const POSITION_BYTES = 8
const MAC_BYTES = 16

/** Creates the cursor of a position. It is opaque, and bound to company, user and stream by the company's key. */
export function signCursor(keys: CompanyKeys, name: StreamName, position: number): string {
  const bytes = Buffer.alloc(POSITION_BYTES)
  bytes.writeBigUInt64BE(BigInt(position))
  return Buffer.concat([bytes, mac(keys, name, position)]).toString('base64url')
}

/** Reads a cursor. Throws CURSOR_EXPIRED if it is forged, or belongs to another user, company or stream. */
export function readCursor(keys: CompanyKeys, name: StreamName, cursor: string): number {
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.length === POSITION_BYTES + MAC_BYTES && bytes.toString('base64url') === cursor) {
    const position = Number(bytes.readBigUInt64BE())
    if (isSameSecret(bytes.subarray(POSITION_BYTES), mac(keys, name, position))) return position
  }
  throw new RequestError(
    'CURSOR_EXPIRED',
    'This cursor is not one of this stream: read the data anew, with its cursor, and subscribe from there.',
  )
}

function mac(keys: CompanyKeys, { userId, stream }: StreamName, position: number): Buffer {
  return keys.requestHash(`cursor ${userId} ${stream} ${position}`).subarray(0, MAC_BYTES)
}
