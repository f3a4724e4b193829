import { isOpenForWriting } from '../../companies/require-open.ts'
import type { Context } from '../../context.ts'
import type { Permission } from '../../members/permissions.ts'
import type { MessageAction } from '../../messages/message-actions.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { canPost } from './can-post.ts'

/** The permission that the mutation of each action requires of the viewer's role. */
const REQUIRED: Record<MessageAction, Permission> = {
  REPLY: 'MESSAGE_WRITE',
  EDIT: 'MESSAGE_WRITE',
  RETRACT: 'MESSAGE_READ',
  HIDE: 'MESSAGE_READ',
  REACT: 'MESSAGE_WRITE',
  REPORT: 'MESSAGE_READ',
  MODERATE: 'MESSAGE_MODERATE',
}

/** Returns what the viewer may do with a message now: all that app.message_refusal, which the mutations apply, does not refuse. */
export async function allowedMessageActions(
  { id, conversationId }: MessageRow,
  context: Context,
): Promise<MessageAction[]> {
  const { viewer, loaders } = context
  if (!isOpenForWriting(viewer)) return []
  const found = await loaders.messageActions.load(id)
  const allowed = found.filter((action) => viewer.permissions.has(REQUIRED[action]))
  if (!allowed.includes('REPLY')) return allowed
  const conversation = await loaders.conversation.load(conversationId)
  return conversation && (await canPost(conversation, context))
    ? allowed
    : allowed.filter((action) => action !== 'REPLY')
}
