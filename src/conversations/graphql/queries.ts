import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import type { Page } from '../../page.ts'
import { contextConversation } from '../context-conversation.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { directConversationId } from '../direct-id.ts'
import { groupList, inboxList } from '../queries/lists.ts'
import { ContextTypeEnum, ConversationConnection, ConversationKindEnum, ConversationRef } from './refs.ts'

const ConversationFilterInput = builder.inputType('ConversationFilter', {
  description: 'Which conversations to list; several conditions all apply.',
  fields: (t) => ({
    kinds: t.field({ type: [ConversationKindEnum], description: 'Of these kinds.' }),
    contextType: t.field({ type: ContextTypeEnum, description: 'Linked to this type of thing.' }),
    unreadOnly: t.boolean({ description: 'With unread messages.' }),
    muted: t.boolean({ description: 'Muted, or not.' }),
    search: t.string({
      description: "Part of the title or the other person's name; accents and case do not matter.",
    }),
  }),
})

builder.queryField('conversations', (t) =>
  t.connection(
    {
      type: ConversationRef,
      description: "The viewer's inbox, latest activity first.",
      authScopes: { permission: 'MESSAGE_READ' },
      args: { filter: t.arg({ type: ConversationFilterInput, description: 'Which to list.' }) },
      resolve: (_root, args, context): Promise<Page<ConversationRow>> =>
        inboxList(context, args, args.filter ?? {}),
    },
    ConversationConnection,
  ),
)

builder.queryField('groups', (t) =>
  t.connection(
    {
      type: ConversationRef,
      description: "Listed groups of the company and the viewer's own, by title.",
      authScopes: { permission: 'MESSAGE_READ' },
      args: { search: t.arg.string({ description: 'Part of the title; accents and case do not matter.' }) },
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
    resolve: (_root, { id }, { loaders }) => loaders.conversation.load(decodeQueryIdOf('Conversation', id)),
  }),
)

builder.queryField('directConversation', (t) =>
  t.field({
    type: ConversationRef,
    nullable: true,
    description: 'The direct conversation with a colleague; null if there is none.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: { userId: t.arg.id({ required: true, description: 'The colleague.' }) },
    resolve: (_root, { userId }, { loaders, viewer }) => {
      const otherId = decodeQueryIdOf('User', userId)
      return loaders.conversation.load(directConversationId(viewer.companyId, viewer.userId, otherId))
    },
  }),
)

builder.queryField('contextConversation', (t) =>
  t.field({
    type: ConversationRef,
    nullable: true,
    description: 'The conversation of a context; null if there is none or the viewer may not see it.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: {
      type: t.arg({ type: ContextTypeEnum, required: true, description: 'The type of the thing.' }),
      contextId: t.arg.string({ required: true, description: "The embedding product's own id of it." }),
    },
    resolve: (_root, { type, contextId }, context) => contextConversation(context, type, contextId),
  }),
)
