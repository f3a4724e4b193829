import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { createDepartmentChannel } from '../operations/create-department-channel.ts'
import { updateDepartmentChannel } from '../operations/update-department-channel.ts'
import { changed, errors, theConversation } from './mutation-refs.ts'

builder.relayMutationField(
  'createDepartmentChannel',
  {
    description: 'A department channel to create.',
    inputFields: (t) => ({
      title: t.string({ required: true, description: 'Up to 255 characters.' }),
      description: t.string({ description: 'The description, up to 4 KiB.' }),
      departments: t.stringList({
        required: true,
        description:
          'The departments to follow, 1 to 100, as members have them. Case and spaces do not count.',
      }),
    }),
  },
  {
    description:
      'Creates a group whose members follow departments: everybody who comes into one of them is in it at once, with all that was written before as read, and leaves it with the department. The viewer becomes its admin. Everybody may find it, nobody joins or leaves it by themselves, and admins may add more people.',
    authScopes: { permission: 'MEMBER_MANAGE' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => createDepartmentChannel(context, input),
  },
  changed('Returned when the channel is created.'),
)

builder.relayMutationField(
  'updateDepartmentChannel',
  {
    description: 'The fields to change. Fields that are left out stay as they are.',
    inputFields: (t) => ({
      conversationId: t.id(theConversation),
      title: t.string({ description: 'Up to 255 characters.' }),
      description: t.string({ description: 'The description, up to 4 KiB. Null removes it.' }),
      departments: t.stringList({
        description: 'The departments to follow from now on, 1 to 100, in place of those before.',
      }),
    }),
  },
  {
    description:
      'Changes title, description or departments of a department channel. The viewer need not be in it. People of departments that it no longer follows leave; people added by hand stay.',
    authScopes: { permission: 'MEMBER_MANAGE' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => updateDepartmentChannel(context, input),
  },
  changed('Returned when the channel has been changed.'),
)
