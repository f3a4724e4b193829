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
    description: "The person's presence. Null if the viewer lacks PRESENCE_READ or the person is disabled.",
    resolve: (user, _args, { viewer, loaders }) =>
      user.isEnabled && viewer.permissions.has('PRESENCE_READ') ? loaders.presence.load(user.id) : null,
  }),
)

builder.queryField('presence', (t) =>
  t.field({
    type: [PresenceRef],
    description: `The presence of people. Without ids, people who share a conversation with the viewer and are not offline, at most ${MAX_CONTACTS}.`,
    authScopes: { permission: 'PRESENCE_READ' },
    args: {
      userIds: t.arg.idList({
        description: 'At most 100. Unknown ids and disabled members are left out of the result.',
      }),
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
      'Emitted when the presence of a person changes. Of changes in quick succession only the latest is sent, and nothing is replayed. Query `presence` for the current state.',
    authScopes: { permission: 'PRESENCE_READ' },
    args: {
      userIds: t.arg.idList({
        description:
          'At most 1,000; unknown ids cause no events. Without ids, everyone who shares a conversation with the viewer.',
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
