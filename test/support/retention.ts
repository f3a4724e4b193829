import { queueDigests } from '../../src/digests/queue-digests.ts'
import { type Purged, purge } from '../../src/retention/purge.ts'
import type { TestApp } from './app.ts'
import { onDatabase } from './on-database.ts'

interface Company {
  companyUuid: string
}

/** Makes the company's events a number of days older. */
export async function makeOlder(app: TestApp, { companyUuid }: Company, days: number): Promise<void> {
  await onDatabase(
    app,
    'update events set created_at = created_at - make_interval(days => $2) where company_id = $1',
    [companyUuid, days],
  )
}

/** The positions of the stored events, in order. */
export async function storedPositions(app: TestApp, { companyUuid }: Company): Promise<number[]> {
  const rows = await onDatabase<{ position: string }>(
    app,
    'select position from events where company_id = $1 order by position',
    [companyUuid],
  )
  return rows.map(({ position }) => Number(position))
}

/**
 * Deletes everything past its retention time. Digests are queued first, because events that were not scanned are kept.
 */
export async function sweepOnce(app: TestApp, { companyUuid }: Company): Promise<Purged> {
  await onDatabase(app, 'update companies set email_delay_minutes = 0 where id = $1', [companyUuid])
  await queueDigests(app.application.services)
  return purge(app.application.services)
}

/** Makes a number of days older the company's messages, up to this number of each conversation, and what it exchanged with guests. */
export async function makeMessagesOlder(
  app: TestApp,
  { companyUuid }: Company,
  days: number,
  upTo = 1_000_000,
): Promise<void> {
  const interval = 'make_interval(days => $2::int)'
  await onDatabase(
    app,
    `update messages set created_at = created_at - ${interval} where company_id = $1 and coalesce(seq, 0) <= $3`,
    [companyUuid, days, upTo],
  )
  for (const [table, column] of [
    ['guest_messages', 'created_at'],
    ['inbound_messages', 'received_at'],
    ['broadcasts', 'listed_at'],
  ])
    await onDatabase(app, `update ${table} set ${column} = ${column} - ${interval} where company_id = $1`, [
      companyUuid,
      days,
    ])
}
