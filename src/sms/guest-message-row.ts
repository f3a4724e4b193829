import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { byKey, fence, statement } from '../database/statement.ts'
import type { SmsEncoding } from './segments.ts'

/** The statuses of a delivery. */
export type SmsStatus =
  | 'QUEUED'
  | 'SENDING'
  | 'SENT'
  | 'DELIVERED'
  | 'UNDELIVERED'
  | 'FAILED'
  | 'DROPPED'
  | 'CANCELLED'
  | 'UNCERTAIN'

/** A message to guests. The body is ciphertext. */
export type GuestMessageRow = RowOf<typeof messageColumns>

/** A guest's copy of a message. */
export type DeliveryRow = RowOf<typeof deliveryColumns>

/** An SMS that came in. Phone and body are ciphertext. */
export type InboundRow = RowOf<typeof inboundColumns>

const messageColumns = columns({
  id: column.uuid,
  authorId: column.uuid,
  body: column.bytes,
  fromNumber: column.text.orNull,
  encoding: column.of<SmsEncoding>(),
  segments: column.integer,
  localTime: column.text.orNull,
  timeZone: column.text.orNull,
  scheduledFor: column.instant.orNull,
  createdAt: column.instant,
  recipientCount: column.integer,
})

const deliveryColumns = columns({
  id: column.uuid,
  guestMessageId: column.uuid,
  guestId: column.uuid,
  status: column.of<SmsStatus>(),
  providerCode: column.text.orNull,
  segments: column.integer,
  changedAt: column.instant,
})

const inboundColumns = columns({
  id: column.uuid,
  guestId: column.uuid.orNull,
  body: column.bytes.orNull,
  receivedOn: column.text,
  receivedAt: column.instant,
})

/** Messages to guests by id. */
export const guestMessagesById = statement({
  name: 'guest_messages_by_id',
  parameters: ['companyId', 'ids'],
  row: messageColumns,
  text: `select ${messageColumns.of('m')} from ${byKey('guest_messages', 'm')}`,
})

/** The company's messages to guests, latest first, before this id. */
export const guestMessagesPage = statement({
  name: 'guest_messages_page',
  parameters: ['companyId', 'beforeId', 'max'],
  row: messageColumns,
  text: `select ${messageColumns.of('m')} from guest_messages m
    where m.company_id = :companyId and (:beforeId::uuid is null or m.id < :beforeId) order by m.id desc limit :max`,
})

/** Numbers of deliveries of messages by status. */
export const deliveryCounts = statement({
  name: 'guest_delivery_counts',
  parameters: ['companyId', 'ids'],
  row: rowsOf<{ guestMessageId: string; status: SmsStatus; count: number }>(),
  text: `select d.guest_message_id as "guestMessageId", d.status, count(*)::int as count
    from unnest(:ids::uuid[]) wanted (id) cross join lateral (
      select d.guest_message_id, d.status from guest_deliveries d
      where d.company_id = :companyId and d.guest_message_id = wanted.id ${fence}
    ) d group by d.guest_message_id, d.status
    order by d.guest_message_id, app.sms_rank(d.status)`,
})

/** Deliveries by id. */
export const deliveriesById = statement({
  name: 'guest_deliveries_by_id',
  parameters: ['companyId', 'ids'],
  row: deliveryColumns,
  text: `select ${deliveryColumns.of('d')} from ${byKey('guest_deliveries', 'd')}`,
})

/** The deliveries of a message by id, after this id. */
export const deliveriesPage = statement({
  name: 'guest_deliveries_page',
  parameters: ['companyId', 'guestMessageId', 'status', 'afterId', 'max'],
  row: deliveryColumns,
  text: `select ${deliveryColumns.of('d')} from guest_deliveries d
    where d.company_id = :companyId and d.guest_message_id = :guestMessageId and (:status::text is null or d.status = :status)
      and (:afterId::uuid is null or d.id > :afterId) order by d.id limit :max`,
})

/** Incoming SMS by id. */
export const inboundById = statement({
  name: 'inbound_messages_by_id',
  parameters: ['companyId', 'ids'],
  row: inboundColumns,
  text: `select ${inboundColumns.of('i')} from ${byKey('inbound_messages', 'i')}`,
})

/** Incoming SMS of the company, latest first, before this id. */
export const inboundPage = statement({
  name: 'inbound_messages_page',
  parameters: ['companyId', 'beforeId', 'max'],
  row: inboundColumns,
  text: `select ${inboundColumns.of('i')} from inbound_messages i
    where i.company_id = :companyId and (:beforeId::uuid is null or i.id < :beforeId) order by i.id desc limit :max`,
})

/** The same, of one guest. */
export const inboundOfGuest = statement({
  name: 'inbound_messages_of_guest',
  parameters: ['companyId', 'guestId', 'beforeId', 'max'],
  row: inboundColumns,
  text: `select ${inboundColumns.of('i')} from inbound_messages i
    where i.company_id = :companyId and i.guest_id = :guestId and (:beforeId::uuid is null or i.id < :beforeId)
    order by i.guest_id desc, i.id desc limit :max`,
})
