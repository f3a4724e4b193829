import {
  ConflictError,
  type InputIssue,
  InvalidInputError,
  NotFoundError,
  PermissionDeniedError,
  RepliesClosedError,
  ThreadTooDeepError,
  type UserError,
} from '../errors.ts'
import { PermissionEnum } from '../members/graphql/refs.ts'
import { isPermission } from '../members/permissions.ts'
import { builder } from './builder.ts'

const detailOf = { description: 'Plain words, safe to show.' }

const UserErrorInterface = builder.interfaceRef<UserError>('UserError').implement({
  description: 'An outcome that the caller can act on.',
  fields: (t) => ({ detail: t.exposeString('detail', detailOf) }),
})

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'Unknown, hidden and foreign things alike: the answer never tells which.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof NotFoundError,
})

const InputIssueRef = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'One thing wrong with an input.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description: 'Leads from the input to what is wrong; list items by their index.',
    }),
    detail: t.exposeString('detail', detailOf),
  }),
})

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input cannot be accepted as it stands; nothing was written.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof InvalidInputError,
  fields: (t) => ({
    issues: t.expose('issues', { type: [InputIssueRef], description: 'Everything that is wrong.' }),
  }),
})

builder.objectType(PermissionDeniedError, {
  name: 'PermissionDeniedError',
  description: 'The viewer may not do this.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof PermissionDeniedError,
  fields: (t) => ({
    permission: t.field({
      type: PermissionEnum,
      nullable: true,
      description: 'The permission that the role lacks; null where no permission would help.',
      resolve: ({ permission }) => (permission && isPermission(permission) ? permission : null),
    }),
  }),
})

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The idempotency key was used with other content, or the thing changed meanwhile.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof ConflictError,
})

builder.objectType(RepliesClosedError, {
  name: 'RepliesClosedError',
  description: 'The conversation takes no messages from the viewer.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof RepliesClosedError,
})

builder.objectType(ThreadTooDeepError, {
  name: 'ThreadTooDeepError',
  description: 'The thread is as deep as the company allows.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof ThreadTooDeepError,
  fields: (t) => ({
    maxDepth: t.exposeInt('maxDepth', { description: 'The deepest level a reply may have.' }),
  }),
})
