import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import { canPost } from '../../conversations/queries/can-post.ts'
import { requireConversation } from '../../conversations/queries/require-conversation.ts'
import { strangerRefused } from '../../conversations/stranger-refused.ts'
import { RepliesClosedError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'

const schema = z.object({ conversationId: id('Conversation'), typing: z.boolean() })

/**
 * Shows the subscribers of the conversation that the viewer types or has stopped. It expires by itself. Throws
 * PermissionDeniedError, NotFoundError, and RepliesClosedError if the viewer cannot post.
 */
export async function setTyping(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'MESSAGE_WRITE')
  const { conversationId, typing } = parseInput(schema, input)
  const conversation = await requireConversation(context, conversationId)
  if (!conversation.isReadable) throw strangerRefused(conversation)
  if (!(await canPost(conversation, context))) {
    throw new RepliesClosedError('This conversation takes no messages.')
  }
  const { viewer, services } = context
  services.typing.tell(viewer.companyId, conversationId, viewer.userId, typing)
  return { conversation }
}
