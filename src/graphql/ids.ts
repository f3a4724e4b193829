import { RequestError } from '../errors.ts'
import { decodeId, type NodeType } from '../ids.ts'
import type { Permission } from '../members/permissions.ts'

/** Decodes an id of one type that was given to a query. Throws BAD_USER_INPUT if it is malformed or of another type. */
export function decodeQueryIdOf(type: NodeType, id: string): string {
  const decoded = decodeId(id)
  if (!decoded) throw malformed(id)
  if (decoded.type !== type) {
    throw new RequestError('BAD_USER_INPUT', `This is the id of a ${decoded.type}, not of a ${type}.`)
  }
  return decoded.uuid
}

/** An id given to `node` or `nodes`. It has no type if it is malformed. */
export interface NodeId {
  typename: string
  id: string
}

/**
 * Decodes an id given to `node` or `nodes`. Never throws, because the cost is counted first, where no path is known.
 */
export function decodeNodeId(id: string): NodeId {
  const decoded = decodeId(id)
  return decoded ? { typename: decoded.type, id: decoded.uuid } : { typename: '', id }
}

/** The types that contain what people write. */
const READ: ReadonlySet<string> = new Set<NodeType>(['Message', 'Conversation', 'Broadcast', 'Attachment'])

/** The types about people outside of the company. */
const GUESTS: ReadonlySet<string> = new Set<NodeType>([
  'Guest',
  'GuestMessage',
  'GuestDelivery',
  'InboundMessage',
])

/**
 * Returns the scopes for reading objects by id: the same as for a separate query of each. Throws BAD_USER_INPUT if an
 * id is malformed.
 */
export function nodeScopes(ids: readonly NodeId[]): NodeScopes {
  const wrong = ids.find(({ typename }) => typename === '')
  if (wrong) throw malformed(wrong.id)
  const areRead = ids.some(({ typename }) => READ.has(typename))
  const areOfGuests = ids.some(({ typename }) => GUESTS.has(typename))
  if (areRead && areOfGuests) {
    return { $all: { permission: 'MESSAGE_READ', $any: { permission: 'GUEST_MESSAGE' } } }
  }
  if (areOfGuests) return { permission: 'GUEST_MESSAGE' }
  return areRead ? { permission: 'MESSAGE_READ' } : { member: true }
}

type NodeScopes =
  | { member: true }
  | { permission: Permission }
  | { $all: { permission: Permission; $any: { permission: Permission } } }

function malformed(id: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `"${id.slice(0, 64)}" is not an id.`)
}
