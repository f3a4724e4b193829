import { Refusal } from '../errors.ts'
import { decodeId, type NodeType } from '../ids.ts'

/** Decodes an id given to a query; throws BAD_USER_INPUT if it is malformed. */
export function decodeQueryId(id: string): { typename: string; id: string } {
  const decoded = decodeId(id)
  if (!decoded) throw new Refusal('BAD_USER_INPUT', `"${id.slice(0, 64)}" is not an id.`)
  return { typename: decoded.type, id: decoded.uuid }
}

/** Decodes an id of one type given to a query; throws BAD_USER_INPUT if it is malformed or of another type. */
export function decodeQueryIdOf(type: NodeType, id: string): string {
  const decoded = decodeQueryId(id)
  if (decoded.typename !== type) {
    throw new Refusal('BAD_USER_INPUT', `This is the id of a ${decoded.typename}, not of a ${type}.`)
  }
  return decoded.id
}
