import { GroupAccessEnum } from '../companies/refs.ts'
import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { standardLimit } from '../graphql/rate-limit-plugin.ts'
import { encodeId } from '../ids.ts'
import { addParticipants } from './add-participants.ts'
import { changeParticipantRole } from './change-participant-role.ts'
import type { ConversationRow } from './conversation-row.ts'
import { createGroup } from './create-group.ts'
import { joinGroup } from './join-group.ts'
import { leaveGroup } from './leave-group.ts'
import { muteConversation, unmuteConversation } from './mute-conversation.ts'
import { ConversationRef, ParticipantRoleEnum } from './refs.ts'
import { removeParticipant } from './remove-participant.ts'
import { startDirectConversation } from './start-direct-conversation.ts'
import { updateGroup } from './update-group.ts'

const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError],
  union: { description: 'What became of it.' },
}
const theGroup = { required: true, description: 'The group.' } as const
const theConversation = { required: true, description: 'The conversation.' } as const

/** The payload of a change to a conversation: the conversation as it is now. */
function changed(description: string) {
  return {
    description,
    outputFields: (
      t: PothosSchemaTypes.ObjectFieldBuilder<
        typeof builder.$inferSchemaTypes,
        { conversation: ConversationRow }
      >,
    ) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation as it is now.',
        resolve: ({ conversation }) => conversation,
      }),
    }),
  }
}

builder.relayMutationField(
  'startDirectConversation',
  {
    description: 'Whom to talk to.',
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
  'createGroup',
  {
    description: 'A group to create.',
    inputFields: (t) => ({
      title: t.string({ required: true, description: 'Up to 255 characters.' }),
      description: t.string({ description: 'What it is about, up to 4 KiB.' }),
      memberIds: t.idList({ description: 'Its first members besides the viewer, at most 1,000.' }),
      access: t.field({ type: GroupAccessEnum, description: "The company's default unless given." }),
    }),
  },
  {
    description: 'Creates a group, of which the viewer becomes admin.',
    authScopes: { permission: 'CONVERSATION_GROUP' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => createGroup(context, input),
  },
  changed('The group is there.'),
)

builder.relayMutationField(
  'updateGroup',
  {
    description: 'What to change; what is left out stays.',
    inputFields: (t) => ({
      groupId: t.id(theGroup),
      title: t.string({ description: 'Up to 255 characters.' }),
      description: t.string({ description: 'What it is about, up to 4 KiB; null takes it away.' }),
      access: t.field({ type: GroupAccessEnum, description: 'Who may find and join it.' }),
    }),
  },
  {
    description: "Changes a group; for the group's admins.",
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => updateGroup(context, input),
  },
  changed('The group has changed.'),
)

builder.relayMutationField(
  'joinGroup',
  { description: 'Where to join.', inputFields: (t) => ({ groupId: t.id(theGroup) }) },
  {
    description: 'Joins an open group; its history becomes visible.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => joinGroup(context, input),
  },
  changed('The viewer is in.'),
)

builder.relayMutationField(
  'leaveGroup',
  { description: 'What to leave.', inputFields: (t) => ({ groupId: t.id(theGroup) }) },
  {
    description:
      'Leaves a group: the viewer sees nothing of it any more. The last admin hands over, the last member closes it.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => leaveGroup(context, input),
  },
  {
    description: 'The viewer is out.',
    outputFields: (t) => ({
      conversationId: t.id({
        description: "The group's id.",
        resolve: ({ conversationId }) => encodeId('Conversation', conversationId),
      }),
    }),
  },
)

builder.relayMutationField(
  'addParticipants',
  {
    description: 'Whom to let in.',
    inputFields: (t) => ({
      conversationId: t.id(theGroup),
      userIds: t.idList({ required: true, description: 'Colleagues, at most 1,000.' }),
    }),
  },
  {
    description:
      'Lets colleagues into a group, all or none: an open one by any member, others by their admins.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => addParticipants(context, input),
  },
  changed('They are in.'),
)

builder.relayMutationField(
  'removeParticipant',
  {
    description: 'Whom to show out.',
    inputFields: (t) => ({
      conversationId: t.id(theGroup),
      userId: t.id({ required: true, description: 'A member of the group.' }),
    }),
  },
  {
    description: "Shows somebody out of a group; for the group's admins.",
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => removeParticipant(context, input),
  },
  changed('That person is out.'),
)

builder.relayMutationField(
  'changeParticipantRole',
  {
    description: 'Whom to promote or demote.',
    inputFields: (t) => ({
      conversationId: t.id(theGroup),
      userId: t.id({ required: true, description: 'A member of the group.' }),
      role: t.field({
        type: ParticipantRoleEnum,
        required: true,
        description: 'What that person may do from now on.',
      }),
    }),
  },
  {
    description: "Promotes or demotes a member of a group; for the group's admins.",
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [...errors.types, ConflictError] },
    resolve: (_root, { input }, context) => changeParticipantRole(context, input),
  },
  changed('That person has the role.'),
)

builder.relayMutationField(
  'muteConversation',
  {
    description: 'What to mute.',
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
  { description: 'What to unmute.', inputFields: (t) => ({ conversationId: t.id(theConversation) }) },
  {
    description: 'Ends a mute.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => unmuteConversation(context, input),
  },
  changed('It is not muted.'),
)
