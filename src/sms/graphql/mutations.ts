import { ScheduleInput } from '../../broadcasts/graphql/schedule-refs.ts'
import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { UserErrorInterface } from '../../graphql/errors.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { NoSenderError, SmsCapReachedError } from '../errors.ts'
import type { GuestMessageRow } from '../guest-message-row.ts'
import { cancelGuestMessage } from '../operations/cancel-guest-message.ts'
import { sendGuestMessage } from '../operations/send-guest-message.ts'
import { GuestMessageRef, SmsPreviewRef } from './refs.ts'

const union = { description: 'The payload, or the error that the caller can act on.' }

builder.objectType(NoSenderError, {
  name: 'NoSenderError',
  description: 'There is no number to send from. Nothing was queued.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof NoSenderError,
})

builder.objectType(SmsCapReachedError, {
  name: 'SmsCapReachedError',
  description: 'The company has sent as many SMS in this month as it may. Nothing was queued.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof SmsCapReachedError,
  fields: (t) => ({
    cap: t.exposeInt('cap', { description: 'Maximum number of SMS in a month.' }),
    resetsAt: t.expose('resetsAt', {
      type: 'DateTime',
      description: "The beginning of the next month in the company's zone.",
    }),
  }),
})

/** The payload field with the message after the change. */
function messageField(
  t: PothosSchemaTypes.ObjectFieldBuilder<
    typeof builder.$inferSchemaTypes,
    { guestMessage: GuestMessageRow }
  >,
) {
  return t.field({
    type: GuestMessageRef,
    description: 'The message after the change.',
    resolve: ({ guestMessage }) => guestMessage,
  })
}

builder.relayMutationField(
  'sendGuestMessage',
  {
    description: 'A message to guests. Exactly one of guestIds and allSubscribed: true.',
    inputFields: (t) => ({
      guestIds: t.idList({ description: 'Guests of the company, at most 1,000.' }),
      allSubscribed: t.boolean({ description: 'True: all guests who are subscribed when it is sent.' }),
      body: t.string({ required: true, description: 'The text, at most 1,600 characters.' }),
      from: t.string({
        description:
          "A number of the company to send from. Without it the company's own one, or the deployment's.",
      }),
      schedule: t.field({
        type: ScheduleInput,
        description:
          "Time at which to send it. It is sent at once without it, and after the guest's quiet hours in any case.",
      }),
      inReplyToId: t.id({ description: 'The incoming message that it answers.' }),
      idempotencyKey: t.string({
        description:
          'Repeating the mutation with the same key within 24 hours does not do it twice. Up to 128 characters, unique per viewer and mutation. For an operation with one such mutation the Idempotency-Key header does the same.',
      }),
    }),
  },
  {
    description:
      'Queues an SMS to each of the guests, at the pace and within the monthly cap of the company. Guests who may not be written to are left out.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    directives: standardLimit,
    errors: {
      types: [
        PermissionDeniedError,
        InvalidInputError,
        NotFoundError,
        ConflictError,
        NoSenderError,
        SmsCapReachedError,
      ],
      union,
    },
    resolve: (_root, { input }, context) => sendGuestMessage(context, input),
  },
  {
    description: 'Returned when the message is queued.',
    outputFields: (t) => ({
      guestMessage: messageField(t),
      preview: t.field({
        type: SmsPreviewRef,
        description: 'Its size for one recipient.',
        resolve: ({ preview }) => preview,
      }),
      skipped: t.exposeInt('skipped', {
        description: 'Number of guests left out because they may not be written to.',
      }),
    }),
  },
)

builder.relayMutationField(
  'cancelGuestMessage',
  {
    description: 'The message to cancel.',
    inputFields: (t) => ({ guestMessageId: t.id({ required: true, description: 'The message.' }) }),
  },
  {
    description:
      'Cancels what of a message has not been handed to the provider. Returns ConflictError if it is cancelled already, or has been sent to everybody.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError], union },
    resolve: (_root, { input }, context) => cancelGuestMessage(context, input),
  },
  {
    description: 'Returned when the rest of the message is cancelled.',
    outputFields: (t) => ({ guestMessage: messageField(t) }),
  },
)
