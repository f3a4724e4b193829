import type { Context } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { requireWellFormed } from '../../text/search-text.ts'
import type { ConversationRow } from '../conversation-row.ts'

const byContext: Statement = {
  name: 'conversation_of_context',
  text: `select c.id from conversations c where c.company_id = $1 and c.context_type = $2 and c.context_id = $3
    order by c.audience`,
}

/**
 * Returns the conversation about an object: the restricted one if the viewer is a participant of it, otherwise the open
 * one. Null if there is none. Throws BAD_USER_INPUT.
 */
export async function contextConversation(
  { tenant, viewer, loaders }: Context,
  type: string,
  contextId: string,
): Promise<ConversationRow | null> {
  requireWellFormed(contextId, 'The contextId')
  const found = await tenant.query<{ id: string }>(byContext, [viewer.companyId, type, contextId])
  const seen = await Promise.all(found.map(({ id }) => loaders.conversation.load(id)))
  return seen.find((conversation) => conversation !== null) ?? null
}
