import { RequestError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { GuestRef } from '../../guests/graphql/refs.ts'
import { GuestDeliveryRef, InboundMessageRef } from '../../sms/graphql/refs.ts'
import { cursorOf, cursorText, Discontinuity, eventType } from './event-refs.ts'

const InboundReceived = eventType('InboundReceived').implement({
  description: 'Emitted when an SMS comes in.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    message: t.field({
      type: InboundMessageRef,
      description: 'The incoming message.',
      resolve: async ({ inboundId }, _args, { loaders }) =>
        found(await loaders.inboundMessage.load(inboundId)),
    }),
  }),
})

const DeliveryAdvanced = eventType('DeliveryAdvanced').implement({
  description: 'Emitted when the status of a delivery advances.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    delivery: t.field({
      type: GuestDeliveryRef,
      description: 'The delivery as it is when the event is delivered.',
      resolve: async ({ deliveryId }, _args, { loaders }) =>
        found(await loaders.guestDelivery.load(deliveryId)),
    }),
  }),
})

const ConsentChanged = eventType('ConsentChanged').implement({
  description: 'Emitted when the consent of a guest changes, or is to be reviewed.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    guest: t.field({
      type: GuestRef,
      description: 'The guest.',
      resolve: async ({ guestId }, _args, { loaders }) => found(await loaders.guest.load(guestId)),
    }),
  }),
})

/** The events of guestEvents. */
export const GuestEvent = builder.unionType('GuestEvent', {
  description: 'An event about guests.',
  types: [InboundReceived, DeliveryAdvanced, ConsentChanged, Discontinuity],
  resolveType: ({ type }) => type,
})

function found<Row>(row: Row | null): Row {
  if (row === null) throw new RequestError('NOT_FOUND', 'This is no longer there for the viewer.')
  return row
}
