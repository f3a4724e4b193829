import { ScheduleRef } from '../../broadcasts/graphql/schedule-refs.ts'
import { builder } from '../../graphql/builder.ts'
import { GuestRef } from '../../guests/graphql/refs.ts'
import { readSealed } from '../../guests/queries/sealed-text.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import type { SmsStatus } from '../guest-message-row.ts'
import { deliveryPage } from '../queries/lists.ts'
import {
  GuestDeliveryConnection,
  GuestDeliveryRef,
  GuestMessageRef,
  InboundMessageRef,
  SmsStatusEnum,
} from './refs.ts'

const SmsStatusCountRef = builder
  .objectRef<{ status: SmsStatus; count: number }>('SmsStatusCount')
  .implement({
    description: 'Number of deliveries with a status.',
    fields: (t) => ({
      status: t.field({ type: SmsStatusEnum, description: 'The status.', resolve: ({ status }) => status }),
      count: t.exposeInt('count', { description: 'Number of deliveries.' }),
    }),
  })

builder.node(GuestMessageRef, {
  description: 'A message to guests by SMS.',
  id: { resolve: (message) => message.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.guestMessage.load(id))),
  fields: (t) => ({
    author: t.field({
      type: UserRef,
      nullable: true,
      description: 'The member who sent it; null once that person is erased.',
      resolve: ({ authorId }, _args, { loaders }) => loaders.user.load(authorId),
    }),
    body: t.string({
      description: 'The text.',
      resolve: async ({ id, body }, _args, context) =>
        (await readSealed(context, body, { field: 'guest-body', recordId: id })) ?? '',
    }),
    from: t.exposeString('fromNumber', {
      nullable: true,
      description: 'The number that it names as sender; null means the one of the company or the deployment.',
    }),
    schedule: t.field({
      type: ScheduleRef,
      nullable: true,
      description: 'The local time it was scheduled for; null if it was sent at once.',
      resolve: ({ localTime, timeZone }) => (localTime && timeZone ? { localTime, timeZone } : null),
    }),
    scheduledFor: t.expose('scheduledFor', {
      type: 'DateTime',
      nullable: true,
      description: 'The scheduled local time as an instant; null if it was sent at once.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time at which it was accepted.' }),
    recipientCount: t.exposeInt('recipientCount', {
      description: 'Number of deliveries so far. For all subscribed guests they are made in the background.',
    }),
    counts: t.field({
      type: [SmsStatusCountRef],
      description: 'Numbers of deliveries by status, without statuses that none has.',
      resolve: ({ id }, _args, { loaders }) => loaders.deliveryCounts.load(id),
    }),
    deliveries: t.connection(
      {
        type: GuestDeliveryRef,
        description: 'The deliveries.',
        args: {
          status: t.arg({ type: SmsStatusEnum, description: 'Lists deliveries with this status only.' }),
        },
        resolve: (message, args, context) => deliveryPage(context, message, args),
      },
      GuestDeliveryConnection,
    ),
  }),
})

builder.node(GuestDeliveryRef, {
  description: "A guest's copy of a message, and its status.",
  id: { resolve: (delivery) => delivery.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.guestDelivery.load(id))),
  fields: (t) => ({
    guest: t.field({
      type: GuestRef,
      description: 'The guest.',
      resolve: async ({ guestId }, _args, { loaders }) => found(await loaders.guest.load(guestId)),
    }),
    message: t.field({
      type: GuestMessageRef,
      description: 'The message.',
      resolve: async ({ guestMessageId }, _args, { loaders }) =>
        found(await loaders.guestMessage.load(guestMessageId)),
    }),
    status: t.field({ type: SmsStatusEnum, description: 'The status.', resolve: ({ status }) => status }),
    providerCode: t.exposeString('providerCode', {
      nullable: true,
      description: "The provider's code for what went wrong, such as 30007.",
    }),
    segments: t.exposeInt('segments', { description: 'Number of SMS that it is charged as.' }),
    changedAt: t.expose('changedAt', { type: 'DateTime', description: 'Time of the latest change.' }),
  }),
})

builder.node(InboundMessageRef, {
  description: 'An SMS that came in on one of the company’s numbers.',
  id: { resolve: (message) => message.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.inboundMessage.load(id))),
  fields: (t) => ({
    guest: t.field({
      type: GuestRef,
      nullable: true,
      description: 'The guest; null if nobody of the company has the phone that it came from.',
      resolve: ({ guestId }, _args, { loaders }) => (guestId === null ? null : loaders.guest.load(guestId)),
    }),
    body: t.string({
      description: 'The text; empty once the guest is erased.',
      resolve: async ({ id, body }, _args, context) =>
        (await readSealed(context, body, { field: 'inbound-body', recordId: id })) ?? '',
    }),
    receivedOn: t.exposeString('receivedOn', { description: 'The number that it was sent to.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'Time at which it came in.' }),
  }),
})

/** A foreign key guarantees that there is one. */
function found<Row>(row: Row | null): Row {
  if (row === null) throw new Error('A row names another one that does not exist.')
  return row
}
