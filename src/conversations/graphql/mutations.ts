import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { UnreadCountsRef } from '../../members/graphql/refs.ts'
import { unreadCounts } from '../../members/queries/unread-counts.ts'
import { createGlobalConversation } from '../operations/create-global-conversation.ts'
import { hideConversation } from '../operations/hide-conversation.ts'
import { muteConversation, unmuteConversation } from '../operations/mute-conversation.ts'
import { openContextConversation } from '../operations/open-context-conversation.ts'
import { startDirectConversation } from '../operations/start-direct-conversation.ts'
import { changed, errors, theConversation } from './mutation-refs.ts'
import { ContextTypeEnum, ConversationRef, SensitivityEnum } from './refs.ts'

builder.relayMutationField(
  'startDirectConversation',
  {
    description: 'The person to talk to.',
    inputFields: (t) => ({ userId: t.id({ required: true, description: 'A colleague.' }) }),
  },
  {
    description:
      'Finds or starts the direct conversation with a colleague; the other side sees it with the first message.',
    authScopes: { permission: 'CONVERSATION_DIRECT' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => startDirectConversation(context, input),
  },
  changed('The conversation is there.'),
)

builder.relayMutationField(
  'openContextConversation',
  {
    description: 'The thing to talk about.',
    inputFields: (t) => ({
      type: t.field({ type: ContextTypeEnum, required: true, description: 'The type of the thing.' }),
      contextId: t.string({
        required: true,
        description: "The embedding product's own id of it, up to 255 characters.",
      }),
      title: t.string({
        description:
          'Up to 255 characters, the contextId unless given; a conversation that is there keeps its own.',
      }),
      participantIds: t.idList({ description: 'Colleagues who join besides the viewer, at most 1,000.' }),
      restricted: t.boolean({
        description:
          'Only participants may see it; otherwise everybody who may read messages. To restrict needs MEMBER_MANAGE; whoever has that becomes an admin of a restricted one by opening it, and lifts the restriction by false.',
      }),
      sensitivity: t.field({
        type: SensitivityEnum,
        description: 'Fixed when it is made; NORMAL unless given.',
      }),
    }),
  },
  {
    description:
      "The context's one conversation, made if need be; joins the viewer and whom the viewer names. Those who may not see a restricted one open the one for everybody, as if there were no other.",
    authScopes: { permission: 'CONVERSATION_CONTEXT' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => openContextConversation(context, input),
  },
  changed('The conversation is open, and the viewer in it.'),
)

builder.relayMutationField(
  'createGlobalConversation',
  {
    description: 'A conversation of the whole company.',
    inputFields: (t) => ({
      title: t.string({ required: true, description: 'Up to 255 characters.' }),
      description: t.string({ description: 'Its description, up to 4 KiB.' }),
      repliesAllowed: t.boolean({
        description: 'Everybody may post; false unless given, and then the creator alone may.',
      }),
    }),
  },
  {
    description: 'Creates a conversation of everybody in the company, also of those who join later.',
    authScopes: { permission: 'CONVERSATION_GLOBAL' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => createGlobalConversation(context, input),
  },
  changed('The conversation is there.'),
)

builder.relayMutationField(
  'muteConversation',
  {
    description: 'The conversation to mute, and until when.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      until: t.field({ type: 'DateTime', description: 'When the mute ends by itself; without it, never.' }),
    }),
  },
  {
    description: 'Mutes a conversation for the viewer: only mentions notify and count.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => muteConversation(context, input),
  },
  changed('It is muted.'),
)

builder.relayMutationField(
  'unmuteConversation',
  {
    description: 'The conversation to unmute.',
    inputFields: (t) => ({ conversationId: t.id(theConversation) }),
  },
  {
    description: 'Ends a mute.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => unmuteConversation(context, input),
  },
  changed('It is not muted.'),
)

builder.relayMutationField(
  'hideConversation',
  {
    description: 'The conversation to hide.',
    inputFields: (t) => ({ conversationId: t.id(theConversation) }),
  },
  {
    description:
      'Deletes a conversation for the viewer: its history vanishes for the viewer alone; it returns with the next message.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => hideConversation(context, input),
  },
  {
    description: "It is gone from the viewer's side.",
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation as it is now, without its history.',
        resolve: ({ conversation }) => conversation,
      }),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread messages.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)
