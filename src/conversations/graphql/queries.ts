import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import type { Page } from '../../page.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { directConversationId } from '../direct-id.ts'
import { contextConversation, contextConversations, MAX_CONTEXTS } from '../queries/context-conversation.ts'
import { groupList, inboxList } from '../queries/lists.ts'
import { askedOfInbox } from './asked-of-inbox.ts'
import { openConversation } from './open-conversation.ts'
import { ContextTypeEnum, ConversationConnection, ConversationKindEnum, ConversationRef } from './refs.ts'

const ConversationFilterInput = builder.inputType('ConversationFilter', {
  description: 'Conditions for the conversations to list. A conversation must meet all of them.',
  fields: (t) => ({
    kinds: t.field({ type: [ConversationKindEnum], description: 'Lists conversations of these kinds.' }),
    contextType: t.field({
      type: ContextTypeEnum,
      description: 'Lists conversations about this type of object.',
    }),
    unreadOnly: t.boolean({ description: 'Lists conversations with unread messages.' }),
    muted: t.boolean({ description: 'True lists muted conversations, false the others.' }),
    search: t.string({
      description: "Part of the title or of the other person's name. Accents and case are ignored.",
    }),
  }),
})

builder.queryField('conversations', (t) =>
  t.connection(
    {
      type: ConversationRef,
      description: "The viewer's inbox, latest activity first.",
      authScopes: { permission: 'MESSAGE_READ' },
      args: {
        filter: t.arg({
          type: ConversationFilterInput,
          description: 'Conditions for the conversations to list.',
        }),
      },
      resolve: (_root, args, context, info): Promise<Page<ConversationRow>> =>
        inboxList(context, args, args.filter ?? {}, askedOfInbox(info)),
    },
    ConversationConnection,
  ),
)

builder.queryField('groups', (t) =>
  t.connection(
    {
      type: ConversationRef,
      description: 'Groups that the viewer can find or takes part in, by title.',
      authScopes: { permission: 'MESSAGE_READ' },
      args: { search: t.arg.string({ description: 'Part of the title. Accents and case are ignored.' }) },
      resolve: (_root, args, context): Promise<Page<ConversationRow>> =>
        groupList(context, args, args.search),
    },
    ConversationConnection,
  ),
)

builder.queryField('conversation', (t) =>
  t.field({
    type: ConversationRef,
    nullable: true,
    description: 'One conversation; null if it does not exist or the viewer may not see it.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: { id: t.arg.id({ required: true, description: 'The conversation.' }) },
    resolve: (_root, { id }, context, info) =>
      openConversation(context, decodeQueryIdOf('Conversation', id), info),
  }),
)

builder.queryField('directConversation', (t) =>
  t.field({
    type: ConversationRef,
    nullable: true,
    description: 'The direct conversation with a member of the company; null if there is none.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: { userId: t.arg.id({ required: true, description: 'The other person.' }) },
    resolve: (_root, { userId }, context, info) => {
      const { companyId, userId: viewerId } = context.viewer
      const otherId = decodeQueryIdOf('User', userId)
      return openConversation(context, directConversationId(companyId, viewerId, otherId), info)
    },
  }),
)

builder.queryField('contextConversation', (t) =>
  t.field({
    type: ConversationRef,
    nullable: true,
    description: 'The conversation about an object; null if there is none or the viewer may not see it.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: {
      type: t.arg({ type: ContextTypeEnum, required: true, description: 'The type of the object.' }),
      contextId: t.arg.string({ required: true, description: "The embedding product's id of the object." }),
    },
    resolve: (_root, { type, contextId }, context) => contextConversation(context, type, contextId),
  }),
)

builder.queryField('contextConversations', (t) =>
  t.field({
    type: [ConversationRef],
    description:
      'The conversations about objects of one type, in the order of the ids. Objects without a conversation, or with none that the viewer may see, are left out.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: {
      type: t.arg({ type: ContextTypeEnum, required: true, description: 'The type of the objects.' }),
      contextIds: t.arg.stringList({
        required: true,
        description: "The embedding product's ids of the objects, at most 100.",
      }),
    },
    complexity: ({ contextIds }) => ({ field: 1, multiplier: Math.min(contextIds.length, MAX_CONTEXTS) }),
    resolve: (_root, { type, contextIds }, context) => contextConversations(context, type, contextIds),
  }),
)
