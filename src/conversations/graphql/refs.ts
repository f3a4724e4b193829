import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { asksOnlyForId } from '../../graphql/asks-only-for-id.ts'
import { builder } from '../../graphql/builder.ts'
import type { Oversight } from '../../visibility/oversight.ts'
import type { Viewed } from '../../visibility/views.ts'
import type { ConversationRow } from '../conversation-row.ts'
import type { ConversationAction } from '../queries/allowed-actions.ts'

/** The GraphQL type of a conversation; its fields are in schema.ts. */
export const ConversationRef = builder.objectRef<ConversationRow>('Conversation')

/** The GraphQL type of a page of conversations. */
export const ConversationConnection = builder.connectionObject(
  { type: ConversationRef, name: 'ConversationConnection', description: 'A page of conversations.' },
  { name: 'ConversationEdge', description: 'A conversation and its cursor in the list.' },
)

/** The GraphQL enum of the roles of participants. */
export const ParticipantRoleEnum = builder.enumType('ParticipantRole', {
  description: 'The role of a participant in a conversation.',
  values: {
    ADMIN: { description: 'May change the conversation and its participants.' },
    MEMBER: { description: 'May read and write.' },
  } as const,
})

/** The GraphQL enum of the actions on conversations. */
export const ConversationActionEnum = builder.enumType('ConversationAction', {
  description: 'Something that a person may do with a conversation.',
  values: {
    POST: { description: 'sendMessage.' },
    JOIN: { description: 'joinGroup. Participants do not join again.' },
    LEAVE: { description: 'leaveGroup.' },
    MANAGE: {
      description: 'updateGroup; in groups and contexts removeParticipant and changeParticipantRole as well.',
    },
    ADD_PARTICIPANTS: { description: 'addParticipants.' },
    MUTE: { description: 'muteConversation and unmuteConversation.' },
    HIDE: { description: 'hideConversation.' },
  } satisfies Record<ConversationAction, object>,
})

/** The GraphQL enum of the kinds of conversations. */
export const ConversationKindEnum = builder.enumType('ConversationKind', {
  description: 'The purpose of a conversation.',
  values: {
    DIRECT: { description: 'A conversation between two people.' },
    GROUP: { description: 'A group of people with a title.' },
    BROADCAST: { description: 'A broadcast and the replies to it.' },
    GLOBAL: { description: 'A conversation of the whole company, to create.' },
    CONTEXT: { description: 'A conversation about one transaction, plan or topic.' },
  } as const,
})

/** The GraphQL enum of the types of objects that a conversation can be about. */
export const ContextTypeEnum = builder.enumType('ContextType', {
  description: 'The types of objects that a conversation can be about.',
  values: {
    TRANSACTION: { description: 'A business transaction.' },
    PLAN: { description: 'A plan.' },
    TOPIC: { description: 'A topic.' },
  } as const,
})

/** The GraphQL enum of sensitivities. */
export const SensitivityEnum = builder.enumType('Sensitivity', {
  description: 'The sensitivity of a conversation. Retention policies can depend on it.',
  values: {
    NORMAL: { description: 'The default.' },
    CONFIDENTIAL: { description: 'Intended for the people concerned.' },
    RESTRICTED: { description: 'Intended for as few people as possible.' },
  } as const,
})

/**
 * The conversation of a message or event that the viewer may see. If only its id is asked for, as in most events, it is
 * not read. Throws NOT_FOUND if the viewer has lost access.
 */
export async function conversationOf(
  {
    conversationId,
    isUnderReview,
    oversight,
    view,
  }: { conversationId: string; isUnderReview?: boolean; oversight?: Oversight } & Viewed,
  _args: object,
  { loaders }: Context,
  info: GraphQLResolveInfo,
): Promise<ConversationRow> {
  // Only the id is resolved from this row.
  if (asksOnlyForId(info)) return { id: conversationId } as ConversationRow
  const own = isUnderReview ? loaders.conversationOfCase : loaders.conversation
  const loader =
    view === 'audited' ? loaders.audited.conversation : oversight ? loaders.overseenConversation : own
  const conversation = await loader.load(conversationId)
  if (!conversation) throw new RequestError('NOT_FOUND', 'There is no such conversation.')
  return conversation
}
