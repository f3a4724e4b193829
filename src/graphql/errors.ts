import {
  ConflictError,
  type InputIssue,
  InvalidInputError,
  LegalHoldError,
  MembershipManagedError,
  NotFoundError,
  PermissionDeniedError,
  RepliesClosedError,
  SpamRefusedError,
  ThreadTooDeepError,
  type UserError,
} from '../errors.ts'
import { isPermission } from '../members/permissions.ts'
import { builder } from './builder.ts'
import { PermissionEnum } from './permission.ts'

const detailOf = { description: 'A plain English explanation that is safe to show to users.' }

/** The interface of all user errors. */
export const UserErrorInterface = builder.interfaceRef<UserError>('UserError').implement({
  description: 'An outcome that the caller can act on.',
  fields: (t) => ({ detail: t.exposeString('detail', detailOf) }),
})

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description:
    'The object does not exist, is hidden from the viewer, or belongs to another company. The three cases cannot be told apart.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof NotFoundError,
})

const InputIssueRef = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'A problem of an input.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description: 'Path from the input to the value with the problem. List items are named by their index.',
    }),
    detail: t.exposeString('detail', detailOf),
  }),
})

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input is invalid. Nothing was written.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof InvalidInputError,
  fields: (t) => ({
    issues: t.expose('issues', { type: [InputIssueRef], description: 'All problems of the input.' }),
  }),
})

builder.objectType(PermissionDeniedError, {
  name: 'PermissionDeniedError',
  description: 'The viewer lacks the right to do this.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof PermissionDeniedError,
  fields: (t) => ({
    permission: t.field({
      type: PermissionEnum,
      nullable: true,
      description: 'The missing permission; null if no permission would allow it.',
      resolve: ({ permission }) => (permission && isPermission(permission) ? permission : null),
    }),
  }),
})

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description:
    'The idempotency key was used with other content, or the object is in a state that does not allow the change.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof ConflictError,
})

builder.objectType(RepliesClosedError, {
  name: 'RepliesClosedError',
  description: 'The viewer may not send messages to this conversation.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof RepliesClosedError,
})

builder.objectType(SpamRefusedError, {
  name: 'SpamRefusedError',
  description:
    'Earlier texts of the viewer were taken for spam, so nothing is accepted for a while. Nothing was written.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof SpamRefusedError,
  fields: (t) => ({
    cooldownUntil: t.expose('cooldownUntil', {
      type: 'DateTime',
      description: 'Time from which texts are accepted again.',
    }),
  }),
})

builder.objectType(LegalHoldError, {
  name: 'LegalHoldError',
  description: 'A legal hold forbids it. Nothing was written.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof LegalHoldError,
})

builder.objectType(MembershipManagedError, {
  name: 'MembershipManagedError',
  description: 'Membership of a department channel follows the department. Nothing was changed.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof MembershipManagedError,
})

builder.objectType(ThreadTooDeepError, {
  name: 'ThreadTooDeepError',
  description: 'The reply would be deeper in its thread than the company allows.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof ThreadTooDeepError,
  fields: (t) => ({
    maxDepth: t.exposeInt('maxDepth', { description: 'Maximum depth of a reply.' }),
  }),
})
