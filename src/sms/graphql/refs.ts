import { builder } from '../../graphql/builder.ts'
import type { DeliveryRow, GuestMessageRow, InboundRow, SmsStatus } from '../guest-message-row.ts'
import type { SmsPreview } from '../preview.ts'
import type { SmsEncoding } from '../segments.ts'

/** The GraphQL type of a message to guests; its fields are in schema.ts. */
export const GuestMessageRef = builder.objectRef<GuestMessageRow>('GuestMessage')

/** The GraphQL type of a guest's copy of a message; its fields are in schema.ts. */
export const GuestDeliveryRef = builder.objectRef<DeliveryRow>('GuestDelivery')

/** The GraphQL type of an SMS that came in; its fields are in schema.ts. */
export const InboundMessageRef = builder.objectRef<InboundRow>('InboundMessage')

/** The GraphQL type of a page of messages to guests. */
export const GuestMessageConnection = builder.connectionObject(
  { type: GuestMessageRef, name: 'GuestMessageConnection', description: 'A page of messages to guests.' },
  { name: 'GuestMessageEdge', description: 'A message and its cursor in the list.' },
)

/** The GraphQL type of a page of deliveries. */
export const GuestDeliveryConnection = builder.connectionObject(
  { type: GuestDeliveryRef, name: 'GuestDeliveryConnection', description: 'A page of deliveries.' },
  { name: 'GuestDeliveryEdge', description: 'A delivery and its cursor in the list.' },
)

/** The GraphQL type of a page of incoming messages. */
export const InboundMessageConnection = builder.connectionObject(
  { type: InboundMessageRef, name: 'InboundMessageConnection', description: 'A page of incoming messages.' },
  { name: 'InboundMessageEdge', description: 'An incoming message and its cursor in the list.' },
)

const statuses: Record<SmsStatus, { description: string }> = {
  QUEUED: { description: 'It waits to be sent.' },
  SENDING: { description: 'It is being handed to the provider.' },
  SENT: { description: 'The provider has accepted it.' },
  DELIVERED: { description: 'The phone has received it.' },
  UNDELIVERED: { description: 'The carrier has not delivered it.' },
  FAILED: { description: 'The provider has refused it.' },
  DROPPED: { description: 'It was not sent, because the guest has opted out.' },
  CANCELLED: { description: 'It was cancelled before it was sent.' },
  UNCERTAIN: { description: 'Nobody can tell whether the provider has accepted it. It is not sent again.' },
}

/** The GraphQL enum of the statuses of a delivery. */
export const SmsStatusEnum = builder.enumType('SmsStatus', {
  description: 'The status of a delivery. It only ever advances.',
  values: statuses,
})

const encodings: Record<SmsEncoding, { description: string }> = {
  GSM7: { description: '160 characters in one segment, 153 in each of several.' },
  UCS2: { description: '70 characters in one segment, 67 in each of several. One emoji is enough.' },
}

/** The GraphQL type of a preview. */
export const SmsPreviewRef = builder.objectRef<SmsPreview>('SmsPreview').implement({
  description: 'The size of a text as SMS.',
  fields: (t) => ({
    encoding: t.field({
      type: builder.enumType('SmsEncoding', { description: 'The alphabet of an SMS.', values: encodings }),
      description: 'The alphabet that the text needs.',
      resolve: ({ encoding }) => encoding,
    }),
    characters: t.exposeInt('characters', {
      description: 'Number of characters; some count as two.',
    }),
    segments: t.exposeInt('segments', { description: 'Number of SMS that it is sent and charged as.' }),
    costEstimate: t.exposeString('costEstimate', {
      nullable: true,
      description: 'The price for one recipient, such as "0.0158 USD"; null if the operator has set none.',
    }),
  }),
})
