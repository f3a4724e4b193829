import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { broadcastList } from '../queries/broadcast-lists.ts'
import { BroadcastConnection, BroadcastRef } from './refs.ts'

builder.queryField('broadcasts', (t) =>
  t.connection(
    {
      type: BroadcastRef,
      description:
        "Broadcasts that the viewer received or wrote, latest first. They include the viewer's own scheduled ones.",
      authScopes: { permission: 'MESSAGE_READ' },
      args: { unreadOnly: t.arg.boolean({ description: 'Lists broadcasts that the viewer has not read.' }) },
      resolve: (_root, args, context) => broadcastList(context, args, args.unreadOnly ?? false),
    },
    BroadcastConnection,
  ),
)

builder.queryField('broadcast', (t) =>
  t.field({
    type: BroadcastRef,
    nullable: true,
    description: 'One broadcast; null if it does not exist or the viewer may not see it.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: { id: t.arg.id({ required: true, description: 'The broadcast.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.broadcast.load(decodeQueryIdOf('Broadcast', id)),
  }),
)
