import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { fence, statement } from '../../database/statement.ts'
import { RequestError } from '../../errors.ts'
import { requireWellFormed } from '../../text/search-text.ts'
import type { ConversationRow } from '../conversation-row.ts'

/** Maximum number of objects that are asked about at once. */
export const MAX_CONTEXTS = 100

/** Each context is looked up by key; PARTICIPANTS, the restricted conversation, comes before VISITORS. */
const byContexts = statement({
  name: 'conversations_of_contexts',
  parameters: ['companyId', 'contextType', 'contextIds'],
  row: rowsOf<{ id: string; contextId: string }>(),
  text: `select c.id, wanted.context_id as "contextId"
    from unnest(:contextIds::text[]) with ordinality wanted (context_id, number)
    cross join lateral (
      select c.id, c.audience from conversations c
      where c.company_id = :companyId and c.context_type = :contextType and c.context_id = wanted.context_id ${fence}
    ) c
    order by wanted.number, c.audience`,
})

/**
 * Returns the conversation about an object: the restricted one if the viewer is a participant of it, otherwise the open
 * one. Null if there is none. Throws BAD_USER_INPUT.
 */
export async function contextConversation(
  context: Context,
  type: string,
  contextId: string,
): Promise<ConversationRow | null> {
  const [conversation = null] = await contextConversations(context, type, [contextId])
  return conversation
}

/**
 * Returns the conversations about these objects, in their order; those of which the viewer sees none are left out. Throws
 * BAD_USER_INPUT, also for more than 100 objects.
 */
export async function contextConversations(
  { tenant, viewer, loaders }: Context,
  type: string,
  contextIds: readonly string[],
): Promise<ConversationRow[]> {
  if (contextIds.length > MAX_CONTEXTS) {
    throw new RequestError('BAD_USER_INPUT', `At most ${MAX_CONTEXTS} contextIds are taken at once.`)
  }
  for (const contextId of contextIds) requireWellFormed(contextId, 'The contextId')
  const values = { companyId: viewer.companyId, contextType: type, contextIds: [...new Set(contextIds)] }
  const found = await tenant.query(byContexts, values)
  const seen = await Promise.all(found.map(({ id }) => loaders.conversation.load(id)))
  const first = new Map<string, ConversationRow>()
  for (const [index, { contextId }] of found.entries()) {
    const conversation = seen[index]
    if (conversation && !first.has(contextId)) first.set(contextId, conversation)
  }
  return [...first.values()]
}
