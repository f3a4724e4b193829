import { PermissionDeniedError } from '../errors.ts'
import type { ConversationRow } from './conversation-row.ts'

/** Why somebody who is not in a listed group can do nothing in it; app.refuse_stranger says the same. */
export function strangerRefused({ access }: Pick<ConversationRow, 'access'>): PermissionDeniedError {
  return new PermissionDeniedError(
    access === 'OPEN'
      ? 'You are not in this group: join it first.'
      : 'You are not in this group: one of its admins has to add you first.',
  )
}
