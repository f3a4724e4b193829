import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { MAX_CONTACTS, presenceOf, presenceOfContacts } from '../queries/presence-list.ts'
import { presenceStream } from '../queries/presence-stream.ts'
import { PresenceRef } from './refs.ts'

builder.prismaObjectField(UserRef, 'presence', (t) =>
  t.field({
    type: PresenceRef,
    nullable: true,
    description: 'How present the person is; null without PRESENCE_READ, and of disabled members.',
    resolve: (user, _args, { viewer, loaders }) =>
      user.isEnabled && viewer.permissions.has('PRESENCE_READ') ? loaders.presence.load(user.id) : null,
  }),
)

builder.queryField('presence', (t) =>
  t.field({
    type: [PresenceRef],
    description: `How present people are. Without ids: those the viewer shares a conversation with who are not offline, at most ${MAX_CONTACTS}.`,
    authScopes: { permission: 'PRESENCE_READ' },
    args: {
      userIds: t.arg.idList({ description: 'At most 100; unknown ones and disabled members are left out.' }),
    },
    complexity: ({ userIds }) => ({
      field: 1,
      multiplier: Math.min(userIds?.length ?? MAX_CONTACTS, MAX_CONTACTS),
    }),
    resolve: (_root, { userIds }, context) =>
      userIds ? presenceOf(context, decodeUserIds(userIds)) : presenceOfContacts(context),
  }),
)

builder.subscriptionField('presenceChanged', (t) =>
  t.field({
    type: PresenceRef,
    description:
      'Emitted when how present somebody is changes; of changes that follow closely, the latest. What is now is read with `presence`; nothing is replayed.',
    authScopes: { permission: 'PRESENCE_READ' },
    args: {
      userIds: t.arg.idList({
        description:
          'At most 1,000; unknown ones never change. Without ids: everyone the viewer shares a conversation with.',
      }),
    },
    subscribe: (_root, { userIds }, context) =>
      presenceStream(context, userIds ? decodeUserIds(userIds) : undefined) as Promise<AsyncIterable<never>>,
    resolve: (state) => state,
  }),
)

function decodeUserIds(ids: readonly string[]): string[] {
  return ids.map((id) => decodeQueryIdOf('User', id))
}
