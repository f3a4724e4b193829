import { PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { heartbeat } from '../operations/heartbeat.ts'
import { PresenceRef, PresenceStatusEnum } from './refs.ts'

builder.relayMutationField(
  'heartbeat',
  {
    description: 'How present the viewer is on this device.',
    inputFields: (t) => ({
      status: t.field({
        type: PresenceStatusEnum,
        required: true,
        description: 'ONLINE while the device is in use, AWAY while it is not, OFFLINE on leaving.',
      }),
    }),
  },
  {
    description:
      'Says that this device (the WebSocket, or over HTTP whatever uses the same access token) is there; repeat it every 20 to 30 seconds, for after 45 it is gone.',
    authScopes: { permission: 'PRESENCE_WRITE' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => heartbeat(context, input),
  },
  {
    description: 'The heartbeat is noted.',
    outputFields: (t) => ({
      presence: t.expose('presence', {
        type: PresenceRef,
        description: 'How present the viewer is now, by all devices.',
      }),
    }),
  },
)
