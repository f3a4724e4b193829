import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { asksOnlyForId } from '../../graphql/asks-only-for-id.ts'
import { builder } from '../../graphql/builder.ts'
import type { ConversationRow } from '../conversation-row.ts'

/** The GraphQL type of a conversation; its fields are in schema.ts. */
export const ConversationRef = builder.objectRef<ConversationRow>('Conversation')

/** The GraphQL type of a page of conversations. */
export const ConversationConnection = builder.connectionObject(
  { type: ConversationRef, name: 'ConversationConnection', description: 'A page of conversations.' },
  { name: 'ConversationEdge', description: 'A conversation and its cursor in the list.' },
)

/** The GraphQL enum of what a participant may do. */
export const ParticipantRoleEnum = builder.enumType('ParticipantRole', {
  description: 'The role of a participant in a group.',
  values: {
    ADMIN: { description: 'Change the group and its people.' },
    MEMBER: { description: 'Take part.' },
  } as const,
})

/** The GraphQL enum of kinds. */
export const ConversationKindEnum = builder.enumType('ConversationKind', {
  description: 'The purpose of a conversation.',
  values: {
    DIRECT: { description: 'Two people.' },
    GROUP: { description: 'People who have come together.' },
    BROADCAST: { description: 'An announcement and what is said to it.' },
    GLOBAL: { description: 'The whole company.' },
    CONTEXT: { description: 'One transaction, plan or topic.' },
  } as const,
})

/** The GraphQL enum of what a conversation can be linked to. */
export const ContextTypeEnum = builder.enumType('ContextType', {
  description: 'The kinds of things that a conversation can be linked to.',
  values: {
    TRANSACTION: { description: 'A business transaction.' },
    PLAN: { description: 'A plan.' },
    TOPIC: { description: 'A topic.' },
  } as const,
})

/** The GraphQL enum of sensitivities. */
export const SensitivityEnum = builder.enumType('Sensitivity', {
  description: 'How delicate a conversation is; policies look at it.',
  values: {
    NORMAL: { description: 'As usual.' },
    CONFIDENTIAL: { description: 'For those concerned.' },
    RESTRICTED: { description: 'For as few as possible.' },
  } as const,
})

/**
 * The conversation of a message or an event that the viewer has been let see. Nothing is read where only its id is asked
 * for, as in most events; throws NOT_FOUND once the viewer has lost it.
 */
export async function conversationOf(
  { conversationId }: { conversationId: string },
  _args: object,
  { loaders }: Context,
  info: GraphQLResolveInfo,
): Promise<ConversationRow> {
  // No other field is resolved of it.
  if (asksOnlyForId(info)) return { id: conversationId } as ConversationRow
  const conversation = await loaders.conversation.load(conversationId)
  if (!conversation) throw new RequestError('NOT_FOUND', 'There is no such conversation.')
  return conversation
}
