import { PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { heartbeat } from '../operations/heartbeat.ts'
import { PresenceRef, PresenceStatusEnum } from './refs.ts'

builder.relayMutationField(
  'heartbeat',
  {
    description: "The viewer's presence on this device.",
    inputFields: (t) => ({
      status: t.field({
        type: PresenceStatusEnum,
        required: true,
        description:
          'ONLINE while the device is in use, AWAY while it is not, OFFLINE when the viewer leaves.',
      }),
    }),
  },
  {
    description:
      'Reports the presence of this device. Repeat it every 20 to 30 seconds: after 45 seconds without one the device is OFFLINE. A device is a WebSocket, or over HTTP all requests with the same access token.',
    authScopes: { permission: 'PRESENCE_WRITE' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => heartbeat(context, input),
  },
  {
    description: 'Returned when the heartbeat is stored.',
    outputFields: (t) => ({
      presence: t.expose('presence', {
        type: PresenceRef,
        description: "The viewer's presence over all devices.",
      }),
    }),
  },
)
