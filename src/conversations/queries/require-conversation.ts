import type { Context } from '../../context.ts'
import { NotFoundError } from '../../errors.ts'
import type { ConversationRow } from '../conversation-row.ts'

/**
 * Returns the conversation as the viewer sees it. Throws NotFoundError if it is unknown, hidden or of another company.
 */
export async function requireConversation(
  context: Context,
  conversationId: string,
): Promise<ConversationRow> {
  const conversation = await context.loaders.conversation.clear(conversationId).load(conversationId)
  if (!conversation) throw new NotFoundError('There is no such conversation.')
  return conversation
}
