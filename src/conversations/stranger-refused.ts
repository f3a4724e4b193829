import { PermissionDeniedError } from '../errors.ts'
import type { ConversationRow } from './conversation-row.ts'

/** The error for a person who can find a group but is not a participant. app.refuse_stranger raises the same one. */
export function strangerRefused({ access }: Pick<ConversationRow, 'access'>): PermissionDeniedError {
  return new PermissionDeniedError(
    access === 'OPEN'
      ? 'You are not in this group: join it first.'
      : 'You are not in this group: one of its admins has to add you first.',
  )
}
