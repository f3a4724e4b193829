import { createHmac } from 'node:crypto'
import { uuidFromHash } from '../ids.ts'

/**
 * Returns the id of the direct conversation of two members. It is derived from their ids, so that two people who start
 * it at the same time meet at the primary key, and the first message can be encrypted before the conversation exists.
 */
export function directConversationId(companyId: string, one: string, other: string): string {
  const [low, high] = [one, other].sort()
  return uuidFromHash(createHmac('sha256', companyId).update(`direct ${low} ${high}`).digest())
}
