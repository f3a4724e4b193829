import type { Context } from '../../context.ts'
import type { ConversationRow } from '../conversation-row.ts'

/** True if the viewer may send messages here, as app.send_message decides. */
export async function canPost(conversation: ConversationRow, { viewer, loaders }: Context): Promise<boolean> {
  const { kind, isReadable, isClosed, repliesAllowed, createdById, counterpartId, view } = conversation
  if (view === 'audited' || !isReadable || isClosed || !viewer.permissions.has('MESSAGE_WRITE')) return false
  if (kind === 'DIRECT' && !(counterpartId && (await loaders.user.load(counterpartId))?.isEnabled))
    return false
  return repliesAllowed || createdById === viewer.userId
}
