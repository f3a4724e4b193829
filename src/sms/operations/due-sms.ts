import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'

/** A delivery whose time has come. Phone and body are ciphertext. */
export interface DueSms {
  id: string
  guestId: string
  guestMessageId: string
  phone: Buffer
  body: Buffer
  fromNumber: string | null
  timeZone: string | null
}

/**
 * Deliveries whose time has come, oldest first, without those of guests who may not be written to and of senders that the
 * provider has paused: `senders` are theirs, `defaultSender` the one of messages that name none.
 */
export const dueSms = statement({
  name: 'due_sms',
  parameters: ['companyId', 'pausedNumbers', 'defaultSender', 'max'],
  row: rowsOf<DueSms>(),
  text: `select d.id, d.guest_id as "guestId", d.guest_message_id as "guestMessageId", g.phone, m.body,
      m.from_number as "fromNumber", g.time_zone as "timeZone"
    from guest_deliveries d
    join guest_messages m on m.company_id = d.company_id and m.id = d.guest_message_id
    join guests g on g.company_id = d.company_id and g.id = d.guest_id and g.phone is not null
      and g.consent <> 'OPTED_OUT' and not g.needs_consent_review
    where d.company_id = :companyId and d.status = 'QUEUED' and d.due_at <= now()
      and not coalesce(m.from_number, :defaultSender) = any(:pausedNumbers::text[])
    order by d.due_at, d.id limit :max`,
})

/** The senders that the provider has paused. */
export const pausedSenders = statement({
  name: 'paused_sms_senders',
  row: rowsOf<{ number: string; code: string }>(),
  text: 'select s.number, s.provider_code as code from app.sms_senders s order by s.number',
})

/** Defers deliveries to a later time. */
export const deferSms = statement({
  name: 'defer_sms',
  parameters: ['companyId', 'ids', 'until'],
  text: `update guest_deliveries set due_at = :until where company_id = :companyId and id = any(:ids) and status = 'QUEUED'`,
})

/** Claims deliveries; app.claim_sms says which. */
export const claimSms = statement({
  name: 'claim_sms',
  parameters: ['ids', 'contacts', 'senders', 'batchSize', 'batchSeconds', 'cap', 'month', 'monthEnds'],
  row: rowsOf<{ ids: string[] | null; waitUntil: Date | null; position: string | null }>(),
  text: `select c.ids, c.wait_until as "waitUntil", c.position::text as position from app.claim_sms(
    :ids, :contacts, :senders, :batchSize, :batchSeconds, :cap, :month, :monthEnds) c`,
})

/** Notes the outcome of a delivery; app.settle_sms says how. */
export const settleSms = statement({
  name: 'settle_sms',
  parameters: ['deliveryId', 'status', 'code', 'sid', 'due', 'eventId'],
  row: rowsOf<{ position: string | null }>(),
  text: 'select app.settle_sms(:deliveryId, :status, :code, :sid, :due, :eventId)::text as position',
})

/** Makes the next deliveries of a message to all subscribed. */
export const expandMessage = statement({
  name: 'expand_guest_message',
  parameters: ['max'],
  row: rowsOf<{ made: number | null }>(),
  text: 'select app.expand_guest_message(:max) as made',
})

/** Gives up on deliveries about which nothing was heard. */
export const giveUp = statement({
  name: 'give_up_sms',
  row: rowsOf<{ position: string | null }>(),
  text: 'select app.give_up_sms()::text as position',
})

/** The time at which the next delivery is due that is not due yet. */
export const nextDue = statement({
  name: 'next_sms_due',
  parameters: ['companyId'],
  row: rowsOf<{ at: Date | null }>(),
  text: `select min(d.due_at) as at from guest_deliveries d
    where d.company_id = :companyId and d.status = 'QUEUED' and d.due_at > now()`,
})

/** Enqueues the next run. A run that is to come at once has a key of its own, so that a later one does not replace it. */
export const runAgain = statement({
  name: 'run_sms_again',
  parameters: ['at', 'key'],
  text: `select app.enqueue_job('send_sms', '{}'::json, :at, :key)::text as queued`,
})
