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
    description: 'The other person of the direct conversation.',
    inputFields: (t) => ({ userId: t.id({ required: true, description: 'A member of the company.' }) }),
  },
  {
    description:
      'Finds or creates the direct conversation with a member of the company. The other person sees it with the first message.',
    authScopes: { permission: 'CONVERSATION_DIRECT' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => startDirectConversation(context, input),
  },
  changed('Returned when the conversation exists.'),
)

builder.relayMutationField(
  'openContextConversation',
  {
    description: 'The object that the conversation is about.',
    inputFields: (t) => ({
      type: t.field({ type: ContextTypeEnum, required: true, description: 'The type of the object.' }),
      contextId: t.string({
        required: true,
        description: "The embedding product's id of the object, up to 255 characters.",
      }),
      title: t.string({
        description:
          'Up to 255 characters. Defaults to the contextId. An existing conversation keeps its title.',
      }),
      participantIds: t.idList({ description: 'Members to add besides the viewer, at most 1,000.' }),
      restricted: t.boolean({
        description:
          'If true, only participants can see it; otherwise everybody with MESSAGE_READ. Restricting requires MEMBER_MANAGE. Holders of MEMBER_MANAGE who open a restricted conversation become its admin; passing false lifts the restriction.',
      }),
      sensitivity: t.field({
        type: SensitivityEnum,
        description: 'Defaults to NORMAL. It cannot be changed later.',
      }),
    }),
  },
  {
    description:
      'Finds or creates the conversation about an object, and adds the viewer and the given people. An object may have one restricted and one open conversation: people without access to the restricted one get the open one.',
    authScopes: { permission: 'CONVERSATION_CONTEXT' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => openContextConversation(context, input),
  },
  changed('Returned when the conversation exists and the viewer is a participant.'),
)

builder.relayMutationField(
  'createGlobalConversation',
  {
    description: 'A conversation of the whole company, to create.',
    inputFields: (t) => ({
      title: t.string({ required: true, description: 'Up to 255 characters.' }),
      description: t.string({ description: 'The description, up to 4 KiB.' }),
      repliesAllowed: t.boolean({
        description: 'If true, all members may post. Defaults to false: only the creator may post.',
      }),
    }),
  },
  {
    description: 'Creates a conversation of all present and future members of the company.',
    authScopes: { permission: 'CONVERSATION_GLOBAL' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => createGlobalConversation(context, input),
  },
  changed('Returned when the conversation exists.'),
)

builder.relayMutationField(
  'muteConversation',
  {
    description: 'The conversation to mute, and the end of the mute.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      until: t.field({
        type: 'DateTime',
        description: 'Time at which the mute ends. Without it, the mute has no end.',
      }),
    }),
  },
  {
    description:
      'Mutes a conversation for the viewer. Only mentions cause notifications and count as unread.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => muteConversation(context, input),
  },
  changed('Returned when the conversation is muted.'),
)

builder.relayMutationField(
  'unmuteConversation',
  {
    description: 'The conversation to unmute.',
    inputFields: (t) => ({ conversationId: t.id(theConversation) }),
  },
  {
    description: 'Unmutes a conversation.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => unmuteConversation(context, input),
  },
  changed('Returned when the conversation is unmuted.'),
)

builder.relayMutationField(
  'hideConversation',
  {
    description: 'The conversation to hide.',
    inputFields: (t) => ({ conversationId: t.id(theConversation) }),
  },
  {
    description:
      'Hides a conversation and its present messages from the viewer only. It reappears with the next message.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => hideConversation(context, input),
  },
  {
    description: 'Returned when it is hidden from the viewer.',
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation, whose earlier messages the viewer no longer sees.',
        resolve: ({ conversation }) => conversation,
      }),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread counts.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)
