import { ConversationRef } from '../../conversations/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { conversationOfHold, holdPage, nameOfHold, reasonOfRelease } from '../queries/holds.ts'
import { LegalHoldRef } from './refs.ts'

builder.node(LegalHoldRef, {
  description:
    'Keeps messages whatever their retention, until it is released. It covers what meets all that it names. A hold on a person covers what they wrote, and all messages of conversations that they take part in or have left, except those of the whole company. Null for people without CONVERSATION_AUDIT.',
  id: { resolve: ({ id }) => id },
  loadManyWithoutCache: (ids, { loaders, viewer }) =>
    Promise.all(
      ids.map((id) => (viewer.permissions.has('CONVERSATION_AUDIT') ? loaders.legalHold.load(id) : null)),
    ),
  fields: (t) => ({
    name: t.string({
      description: 'The name.',
      resolve: (hold, _args, context) => nameOfHold(context, hold),
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person whose messages are kept; null if it names none.',
      resolve: ({ userId }, _args, { loaders }) => (userId ? loaders.user.load(userId) : null),
    }),
    conversation: t.field({
      type: ConversationRef,
      nullable: true,
      description:
        'The conversation whose messages are kept; null if it names none. Its messages are read by auditConversation.',
      resolve: (hold, _args, context) => conversationOfHold(context, hold),
    }),
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: 'The first moment of messages that are kept; null if it names none.',
    }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'The moment before which they were sent; null if it names none.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time at which it was placed.' }),
    createdBy: t.field({
      type: UserRef,
      description: 'The person who placed it.',
      resolve: ({ createdById }, _args, context) => person(context, createdById),
    }),
    releasedAt: t.expose('releasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which it was released; null while it is in force.',
    }),
    releasedBy: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person who released it; null while it is in force.',
      resolve: ({ releasedById }, _args, { loaders }) =>
        releasedById ? loaders.user.load(releasedById) : null,
    }),
    releaseReason: t.string({
      nullable: true,
      description: 'The reason why it was released; null while it is in force.',
      resolve: (hold, _args, context) => reasonOfRelease(context, hold),
    }),
  }),
})

builder.queryField('legalHolds', (t) =>
  t.connection(
    {
      type: LegalHoldRef,
      description: "The company's legal holds, latest first, those that were released too.",
      authScopes: { permission: 'CONVERSATION_AUDIT' },
      resolve: (_root, args, context) => holdPage(context, args),
    },
    { name: 'LegalHoldConnection', description: 'A page of legal holds.' },
    { name: 'LegalHoldEdge', description: 'A legal hold and its cursor in the list.' },
  ),
)
