import { RequestError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { requireWellFormed } from '../../text/search-text.ts'
import { previewSms } from '../preview.ts'
import { guestMessageList, inboundList } from '../queries/lists.ts'
import { MAX_SMS_LENGTH } from '../segments.ts'
import {
  GuestMessageConnection,
  GuestMessageRef,
  InboundMessageConnection,
  InboundMessageRef,
  SmsPreviewRef,
} from './refs.ts'

builder.queryField('guestMessages', (t) =>
  t.connection(
    {
      type: GuestMessageRef,
      description: "The company's messages to guests, latest first.",
      authScopes: { permission: 'GUEST_MESSAGE' },
      resolve: (_root, args, context) => guestMessageList(context, args),
    },
    GuestMessageConnection,
  ),
)

builder.queryField('guestMessage', (t) =>
  t.field({
    type: GuestMessageRef,
    nullable: true,
    description: 'One message to guests; null if there is none with this id.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    args: { id: t.arg.id({ required: true, description: 'The message.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.guestMessage.load(decodeQueryIdOf('GuestMessage', id)),
  }),
)

builder.queryField('inboundMessages', (t) =>
  t.connection(
    {
      type: InboundMessageRef,
      description: 'SMS that came in, latest first.',
      authScopes: { permission: 'GUEST_MESSAGE' },
      args: { guestId: t.arg.id({ description: 'Lists those of one guest only.' }) },
      resolve: (_root, { guestId, ...args }, context) =>
        inboundList(context, args, guestId ? decodeQueryIdOf('Guest', guestId) : null),
    },
    InboundMessageConnection,
  ),
)

builder.queryField('smsPreview', (t) =>
  t.field({
    type: SmsPreviewRef,
    description: 'The size of a text as SMS, before it is sent.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    args: { body: t.arg.string({ required: true, description: 'The text, at most 1,600 characters.' }) },
    resolve: (_root, { body }, { services }) => {
      requireWellFormed(body, 'The body')
      if (body.length > MAX_SMS_LENGTH)
        throw new RequestError('BAD_USER_INPUT', `An SMS has at most ${MAX_SMS_LENGTH} characters.`)
      return previewSms(body, services.sms.settings)
    },
  }),
)
