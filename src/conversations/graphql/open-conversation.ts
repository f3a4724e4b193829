import { type GraphQLResolveInfo, getArgumentValues } from 'graphql'
import type { Context } from '../../context.ts'
import { selectedFields } from '../../graphql/selected-fields.ts'
import { conversationWithPage, type MessagePageArgs } from '../../messages/queries/message-page.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { PLAIN_FIELDS } from '../plain-fields.ts'

/** The properties of a conversation that are known before it is read. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(['__typename', 'id', 'messages'])

/**
 * A conversation by its id, read as far as it is asked for: with its one page in one statement if that is all, without what is
 * counted in it if that is not asked for. Null unless the viewer may see it.
 */
export async function openConversation(
  context: Context,
  id: string,
  info: GraphQLResolveInfo,
): Promise<ConversationRow | null> {
  const fields = selectedFields(info)
  const asksOnlyFor = (names: ReadonlySet<string>) => [...fields.keys()].every((name) => names.has(name))
  const pageArgs = asksOnlyFor(KNOWN_FIELDS) ? onePage(fields, info) : undefined
  const opened = pageArgs && (await conversationWithPage(context, id, pageArgs))
  if (opened !== undefined) return opened
  const { plainConversation, conversation } = context.loaders
  return (asksOnlyFor(PLAIN_FIELDS) ? plainConversation : conversation).load(id)
}

/** The arguments of the page, if one is asked for. */
function onePage(
  fields: ReturnType<typeof selectedFields>,
  { schema, variableValues }: GraphQLResolveInfo,
): MessagePageArgs | undefined {
  const [page, another] = fields.get('messages') ?? []
  const field = schema.getType('Conversation')
  if (!page || another || !field || !('getFields' in field)) return undefined
  const definition = field.getFields().messages
  if (!definition || !('args' in definition)) return undefined
  return getArgumentValues(definition, page, variableValues)
}
