import { GroupAccessEnum } from '../../companies/graphql/refs.ts'
import { ConflictError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { encodeId } from '../../ids.ts'
import { addParticipants } from '../operations/add-participants.ts'
import { changeParticipantRole } from '../operations/change-participant-role.ts'
import { createGroup } from '../operations/create-group.ts'
import { joinGroup } from '../operations/join-group.ts'
import { leaveGroup } from '../operations/leave-group.ts'
import { removeParticipant } from '../operations/remove-participant.ts'
import { updateGroup } from '../operations/update-group.ts'
import { changed, errors, theConversation, theGroup } from './mutation-refs.ts'
import { ParticipantRoleEnum } from './refs.ts'

builder.relayMutationField(
  'createGroup',
  {
    description: 'A group to create.',
    inputFields: (t) => ({
      title: t.string({ required: true, description: 'Up to 255 characters.' }),
      description: t.string({ description: 'Its description, up to 4 KiB.' }),
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
    description: 'The changes; fields that are left out stay as they are.',
    inputFields: (t) => ({
      groupId: t.id(theGroup),
      title: t.string({ description: 'Up to 255 characters.' }),
      description: t.string({ description: 'Its description, up to 4 KiB; null removes it.' }),
      access: t.field({ type: GroupAccessEnum, description: 'Who may find and join it; groups only.' }),
    }),
  },
  {
    description:
      'Changes a group or a context, for its admins, or a conversation of the whole company, with CONVERSATION_GLOBAL.',
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
  { description: 'The group to leave.', inputFields: (t) => ({ groupId: t.id(theGroup) }) },
  {
    description:
      'Leaves a group: the viewer sees nothing of it any more. The last admin hands over, the last member closes it. A context can be left too: what is not restricted stays readable, outside of the inbox.',
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
    description: 'The people to let in.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      userIds: t.idList({ required: true, description: 'Colleagues, at most 1,000.' }),
    }),
  },
  {
    description:
      'Lets colleagues into a group or a context, all or none: into an open group by any member, elsewhere by its admins.',
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
    description: 'The person to remove.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      userId: t.id({ required: true, description: 'Somebody who takes part in it.' }),
    }),
  },
  {
    description: 'Shows somebody out of a group or a context; for its admins.',
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
    description: 'The person to promote or demote.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      userId: t.id({ required: true, description: 'Somebody who takes part in it.' }),
      role: t.field({
        type: ParticipantRoleEnum,
        required: true,
        description: 'The role from now on.',
      }),
    }),
  },
  {
    description: 'Promotes or demotes somebody in a group or a context; for its admins.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [...errors.types, ConflictError] },
    resolve: (_root, { input }, context) => changeParticipantRole(context, input),
  },
  changed('That person has the role.'),
)
