import { forEachCompany } from '../companies/each-company.ts'
import { companyIds } from '../companies/operations/create-company.ts'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { purgedRows } from '../metrics/metrics.ts'
import { type Count, inBatches } from './in-batches.ts'
import { purgeMessages } from './purge-messages.ts'
import { purgeOtherMessages, purgeSharedSms } from './purge-sms.ts'
import type { PurgedKind, Purging } from './purging.ts'

/** Numbers of deleted rows. */
export interface Purged extends Record<PurgedKind, number> {
  /** Number of companies of which something could not be deleted. The log contains the reasons. */
  failedCompanies: number
}

/** The extent of a purge. */
export interface PurgeOptions {
  signal?: AbortSignal
  /** Undefined means all companies, and what belongs to none. */
  companyIds?: readonly string[]
  /** The retention that each company's messages were purged for last. Those of the same one are passed over. */
  finished?: Map<string, number>
  /** Called with the number of rows of each batch. */
  onCount?: Purging['count']
}

/** Size of a batch, so small that it blocks nobody. */
const MAX_ROWS = 1_000

const retentionEnd = statement({
  name: 'retention_end',
  parameters: ['defaultDays'],
  row: rowsOf<{ end: Date | null }>(),
  text: 'select app.retention_end(:defaultDays) as end',
})

const purgeEvents = statement({
  name: 'purge_events',
  parameters: ['max'],
  row: rowsOf<Count>(),
  text: 'select app.purge_events(:max) as count',
})

const purgeIdempotencyKeys = statement({
  name: 'purge_idempotency_keys',
  parameters: ['max'],
  row: rowsOf<Count>(),
  text: 'select app.purge_idempotency_keys(:max) as count',
})

/**
 * Deletes messages and SMS past their company's retention, events older than its `eventRetentionDays`, and idempotency keys
 * older than a week. It can be interrupted anywhere and repeated, on any number of processes.
 */
export async function purge(
  services: Pick<Services, 'database' | 'log' | 'retentionDaysDefault'>,
  { signal, companyIds: wanted, finished, onCount }: PurgeOptions = {},
): Promise<Purged> {
  const { database, retentionDaysDefault: defaultDays } = services
  const purged = nothingPurged()
  const purging: Purging = {
    defaultDays,
    signal,
    count(kind, rows) {
      purged[kind] += rows
      onCount?.(kind, rows)
      purgedRows.inc({ kind: kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) }, rows)
    },
  }
  const work = async (companyId: string) => {
    const system = database.forSystem(companyId)
    try {
      const batch = () => system.query(purgeEvents, { max: MAX_ROWS })
      for await (const count of inBatches(MAX_ROWS, batch, signal)) purging.count('events', count)
    } finally {
      await purgeTexts(system, purging, finished)
    }
  }
  const task = { work, failed: 'data past its time could not be deleted' }
  const ids = wanted ?? (await companyIds(database))
  purged.failedCompanies = await forEachCompany(services, ids, task, signal)
  if (wanted) return purged
  const keys = () => database.acrossCompanies(purgeIdempotencyKeys, { max: MAX_ROWS })
  for await (const count of inBatches(MAX_ROWS, keys, signal)) purging.count('idempotencyKeys', count)
  await purgeSharedSms(database, purging)
  return purged
}

/** The end of retention is a midnight, so whatever a process has purged for it needs no other look on this day. */
async function purgeTexts(
  system: TenantDatabase,
  purging: Purging,
  finished?: Map<string, number>,
): Promise<void> {
  const { companyId } = system.tenant
  const [row] = await system.query(retentionEnd, { defaultDays: purging.defaultDays })
  if (!row?.end || finished?.get(companyId) === row.end.getTime()) return
  await purgeMessages(system, row.end, purging)
  await purgeOtherMessages(system, purging)
  if (!purging.signal?.aborted) finished?.set(companyId, row.end.getTime())
}

function nothingPurged(): Purged {
  return {
    events: 0,
    idempotencyKeys: 0,
    messages: 0,
    receipts: 0,
    broadcasts: 0,
    guestMessages: 0,
    inboundMessages: 0,
    seenSms: 0,
    unmatchedSms: 0,
    failedCompanies: 0,
  }
}
