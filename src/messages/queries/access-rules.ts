import type { Context } from '../../context.ts'
import type { AccessRow } from '../access-row.ts'
import type { MessageRow } from '../message-row.ts'

/** Returns the access rules of a message for its author and moderators, and null for others. */
export function rulesOf(
  { loaders, viewer }: Context,
  { id, authorId, isRestricted }: MessageRow,
): Promise<AccessRow[]> | AccessRow[] | null {
  if (authorId !== viewer.userId && !viewer.permissions.has('MESSAGE_MODERATE')) return null
  return isRestricted ? loaders.accessRules.load(id) : []
}
