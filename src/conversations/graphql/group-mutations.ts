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
import { changed, errors, managedErrors, theConversation, theGroup } from './mutation-refs.ts'
import { ParticipantRoleEnum } from './refs.ts'

builder.relayMutationField(
  'createGroup',
  {
    description: 'A group to create.',
    inputFields: (t) => ({
      title: t.string({ required: true, description: 'Up to 255 characters.' }),
      description: t.string({ description: 'The description, up to 4 KiB.' }),
      memberIds: t.idList({ description: 'First members besides the viewer, at most 1,000.' }),
      access: t.field({
        type: GroupAccessEnum,
        description: "Defaults to the company's defaultGroupAccess.",
      }),
    }),
  },
  {
    description: 'Creates a group. The viewer becomes its admin.',
    authScopes: { permission: 'CONVERSATION_GROUP' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => createGroup(context, input),
  },
  changed('Returned when the group is created.'),
)

builder.relayMutationField(
  'updateGroup',
  {
    description: 'The fields to change. Fields that are left out stay as they are.',
    inputFields: (t) => ({
      groupId: t.id(theGroup),
      title: t.string({ description: 'Up to 255 characters.' }),
      description: t.string({ description: 'The description, up to 4 KiB. Null removes it.' }),
      access: t.field({
        type: GroupAccessEnum,
        description: 'The people who may find and join the group. For groups only.',
      }),
    }),
  },
  {
    description:
      'Changes title, description or access. Groups and contexts require the admin role, conversations of the whole company CONVERSATION_GLOBAL.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: managedErrors,
    resolve: (_root, { input }, context) => updateGroup(context, input),
  },
  changed('Returned when the conversation has been changed.'),
)

builder.relayMutationField(
  'joinGroup',
  { description: 'The group to join.', inputFields: (t) => ({ groupId: t.id(theGroup) }) },
  {
    description: 'Joins an open group. Its earlier messages become visible to the viewer.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: managedErrors,
    resolve: (_root, { input }, context) => joinGroup(context, input),
  },
  changed('Returned when the viewer has joined.'),
)

builder.relayMutationField(
  'leaveGroup',
  { description: 'The group to leave.', inputFields: (t) => ({ groupId: t.id(theGroup) }) },
  {
    description:
      'Leaves a group or context conversation. The viewer no longer sees a group. If the last admin leaves, another member becomes admin; if the last member leaves, the group is closed. A context conversation that is not restricted stays readable but leaves the inbox. Nobody leaves a department channel but an admin who is in none of its departments.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: managedErrors,
    resolve: (_root, { input }, context) => leaveGroup(context, input),
  },
  {
    description: 'Returned when the viewer has left.',
    outputFields: (t) => ({
      conversationId: t.id({
        description: 'Id of the group.',
        resolve: ({ conversationId }) => encodeId('Conversation', conversationId),
      }),
    }),
  },
)

builder.relayMutationField(
  'addParticipants',
  {
    description: 'The people to add to a conversation.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      userIds: t.idList({ required: true, description: 'Members of the company, at most 1,000.' }),
    }),
  },
  {
    description:
      'Adds members of the company to a group or context conversation, all or none. Any participant may add to an open group, only admins elsewhere.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => addParticipants(context, input),
  },
  changed('Returned when the people have been added.'),
)

builder.relayMutationField(
  'removeParticipant',
  {
    description: 'The participant to remove.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      userId: t.id({ required: true, description: 'A participant of the conversation.' }),
    }),
  },
  {
    description: 'Removes a participant from a group or context conversation. Requires its admin role.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: managedErrors,
    resolve: (_root, { input }, context) => removeParticipant(context, input),
  },
  changed('Returned when the participant has been removed.'),
)

builder.relayMutationField(
  'changeParticipantRole',
  {
    description: 'The participant whose role is changed.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      userId: t.id({ required: true, description: 'A participant of the conversation.' }),
      role: t.field({
        type: ParticipantRoleEnum,
        required: true,
        description: 'The new role.',
      }),
    }),
  },
  {
    description:
      'Changes the role of a participant of a group or context conversation. Requires its admin role.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [...errors.types, ConflictError] },
    resolve: (_root, { input }, context) => changeParticipantRole(context, input),
  },
  changed('Returned when the role has been changed.'),
)
