import { rowsOf } from '../database/columns.ts'
import type { Database, TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { type Count, inBatches } from './in-batches.ts'
import type { Purging } from './purging.ts'

/** Messages of a batch; each may have a delivery to every guest. */
const MAX_MESSAGES = 20
const MAX_ROWS = 1_000
/** Ids of the provider are kept for longer than it repeats a call. */
const SEEN_DAYS = 30
/** SMS of no company are kept for the deployment's retention, and for so many days at most. */
const MAX_UNMATCHED_DAYS = 90

const purgeBroadcasts = statement({
  name: 'purge_broadcasts',
  parameters: ['defaultDays', 'max'],
  row: rowsOf<Count>(),
  text: 'select app.purge_broadcasts(:defaultDays, :max) as count',
})

const purgeGuestMessages = statement({
  name: 'purge_guest_messages',
  parameters: ['defaultDays', 'max'],
  row: rowsOf<Count>(),
  text: 'select app.purge_guest_messages(:defaultDays, :max) as count',
})

const purgeInboundMessages = statement({
  name: 'purge_inbound_messages',
  parameters: ['defaultDays', 'max'],
  row: rowsOf<Count>(),
  text: 'select app.purge_inbound_messages(:defaultDays, :max) as count',
})

const purgeSeenSms = statement({
  name: 'purge_seen_sms',
  parameters: ['days', 'max'],
  row: rowsOf<Count>(),
  text: `with gone as (
      delete from app.sms_seen s where s.provider_sid = any(array(
        select o.provider_sid from app.sms_seen o
        where o.seen_at < now() - make_interval(days => :days) order by o.seen_at limit :max
      )) returning 1
    ) select count(*)::int as count from gone`,
})

const purgeUnmatchedSms = statement({
  name: 'purge_unmatched_sms',
  parameters: ['days', 'max'],
  row: rowsOf<Count>(),
  text: `with gone as (
      delete from app.unmatched_inbound u where u.id = any(array(
        select o.id from app.unmatched_inbound o
        where o.received_at < now() - make_interval(days => :days) order by o.received_at limit :max
      )) returning 1
    ) select count(*)::int as count from gone`,
})

/** Deletes what a company has written to guests and broadcasts, and got from guests, once it is past its retention. */
export async function purgeOtherMessages(system: TenantDatabase, purging: Purging): Promise<void> {
  const { defaultDays, signal, count } = purging
  const tasks = [
    { kind: 'broadcasts', statement: purgeBroadcasts, max: MAX_ROWS },
    { kind: 'guestMessages', statement: purgeGuestMessages, max: MAX_MESSAGES },
    { kind: 'inboundMessages', statement: purgeInboundMessages, max: MAX_ROWS },
  ] as const
  for (const { kind, statement, max } of tasks) {
    const batch = () => system.query(statement, { defaultDays, max })
    for await (const rows of inBatches(max, batch, signal)) count(kind, rows)
  }
}

/** Deletes what is kept of SMS outside of all companies for a time only. */
export async function purgeSharedSms(database: Database, purging: Purging): Promise<void> {
  const { defaultDays, signal, count } = purging
  const unmatchedDays = Math.min(defaultDays || MAX_UNMATCHED_DAYS, MAX_UNMATCHED_DAYS)
  const tasks = [
    { kind: 'seenSms', statement: purgeSeenSms, days: SEEN_DAYS },
    { kind: 'unmatchedSms', statement: purgeUnmatchedSms, days: unmatchedDays },
  ] as const
  for (const { kind, statement, days } of tasks) {
    const batch = () => database.acrossCompanies(statement, { days, max: MAX_ROWS })
    for await (const rows of inBatches(MAX_ROWS, batch, signal)) count(kind, rows)
  }
}
