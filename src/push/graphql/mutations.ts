import { ConflictError, InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { ViewerRef } from '../../members/graphql/refs.ts'
import { registerPushSubscription } from '../operations/register-push-subscription.ts'
import { removePushSubscription } from '../operations/remove-push-subscription.ts'

const union = { description: 'The payload, or the error that the caller can act on.' }

builder.objectFields(ViewerRef, (t) => ({
  pushPublicKey: t.string({
    nullable: true,
    description: 'The VAPID key for PushManager.subscribe, in base64url. Null where web push is off.',
    resolve: (_viewer, _args, { services }) => services.push?.publicKey ?? null,
  }),
}))

builder.relayMutationField(
  'registerPushSubscription',
  {
    description: 'The subscription that PushManager.subscribe returned.',
    inputFields: (t) => ({
      endpoint: t.string({
        required: true,
        description: 'The address of the push service: https on port 443, up to 2,048 characters.',
      }),
      p256dh: t.string({ required: true, description: "The browser's public key, in base64url." }),
      auth: t.string({ required: true, description: "The browser's secret, in base64url." }),
    }),
  },
  {
    description:
      'Registers a browser of the viewer for push messages, which hold ids and counts and nothing that was written. The last registrant owns an endpoint; beyond 20 browsers the oldest ones go. Returns ConflictError where web push is off.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError, ConflictError], union },
    resolve: (_root, { input }, context) => registerPushSubscription(context, input),
  },
  {
    description: 'Returned when the browser is registered.',
    outputFields: (t) => ({
      endpoint: t.exposeString('endpoint', { description: 'The endpoint.' }),
    }),
  },
)

builder.relayMutationField(
  'removePushSubscription',
  {
    description: 'The browser to remove.',
    inputFields: (t) => ({
      endpoint: t.string({ required: true, description: 'The endpoint that was registered.' }),
    }),
  },
  {
    description: 'Removes a browser of the viewer, which gets no more push messages.',
    authScopes: { member: true },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError], union },
    resolve: (_root, { input }, context) => removePushSubscription(context, input),
  },
  {
    description: 'Returned when the browser is not registered any more.',
    outputFields: (t) => ({
      removed: t.exposeBoolean('removed', {
        description: "False if it was not one of the viewer's browsers in the company.",
      }),
    }),
  },
)
