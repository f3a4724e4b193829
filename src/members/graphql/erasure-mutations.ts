import {
  ConflictError,
  InvalidInputError,
  LegalHoldError,
  NotFoundError,
  PermissionDeniedError,
} from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { eraseUser } from '../operations/erase-user.ts'
import { UserRef } from './refs.ts'

builder.relayMutationField(
  'eraseUser',
  {
    description: 'The person to erase.',
    inputFields: (t) => ({
      userId: t.id({ required: true, description: 'The person.' }),
      confirmName: t.string({ required: true, description: "The person's name as it stands." }),
    }),
  },
  {
    description:
      'Erases a member for good: name, e-mail address, external id, login, picture and preferences. Messages stay under "Former member". The person\'s subscriptions and sockets end, and syncMembers cannot bring the person back. Returns ConflictError for oneself, for the last owner and for somebody who is erased already, and LegalHoldError while a legal hold covers a message of the person.',
    authScopes: { permission: 'MEMBER_MANAGE' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError, LegalHoldError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => eraseUser(context, input),
  },
  {
    description: 'Returned when the person is erased.',
    outputFields: (t) => ({
      user: t.field({
        type: UserRef,
        description: 'The person, as "Former member".',
        resolve: ({ user }) => user,
      }),
    }),
  },
)
