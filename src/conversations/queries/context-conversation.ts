import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { requireWellFormed } from '../../text/search-text.ts'
import type { ConversationRow } from '../conversation-row.ts'

const byContext = statement({
  name: 'conversation_of_context',
  parameters: ['companyId', 'contextType', 'contextId'],
  row: rowsOf<{ id: string }>(),
  text: `select c.id from conversations c
    where c.company_id = :companyId and c.context_type = :contextType and c.context_id = :contextId
    order by c.audience`,
})

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
  const found = await tenant.query(byContext, { companyId: viewer.companyId, contextType: type, contextId })
  const seen = await Promise.all(found.map(({ id }) => loaders.conversation.load(id)))
  return seen.find((conversation) => conversation !== null) ?? null
}
