import { forEachCompany } from '../companies/each-company.ts'
import { companyIds } from '../companies/operations/create-company.ts'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { purgedRows } from '../metrics/metrics.ts'

/** Numbers of deleted rows. */
export interface Purged {
  events: number
  idempotencyKeys: number
  /** Number of companies whose events could not be deleted. The log contains the reasons. */
  failedCompanies: number
}

/** Size of a batch, so small that it blocks nobody. */
const MAX_ROWS = 1_000

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
 * Deletes events older than their company's `eventRetentionDays`, and idempotency keys older than a week. It can be
 * interrupted anywhere and repeated, on any number of processes.
 */
export async function purge(
  services: Pick<Services, 'database' | 'log'>,
  signal?: AbortSignal,
): Promise<Purged> {
  const { database } = services
  const purged = { events: 0, idempotencyKeys: 0, failedCompanies: 0 }
  const work = async (companyId: string) => {
    const system = database.forSystem(companyId)
    for await (const count of inBatches(() => system.query(purgeEvents, { max: MAX_ROWS }), signal)) {
      purged.events += count
      purgedRows.inc({ kind: 'events' }, count)
    }
  }
  const task = { work, failed: 'events past their time could not be deleted' }
  purged.failedCompanies = await forEachCompany(services, await companyIds(database), task, signal)
  const keys = () => database.acrossCompanies(purgeIdempotencyKeys, { max: MAX_ROWS })
  for await (const count of inBatches(keys, signal)) {
    purged.idempotencyKeys += count
    purgedRows.inc({ kind: 'idempotency_keys' }, count)
  }
  return purged
}

interface Count {
  count: number
}

/** Yields the number of deleted rows per batch, so that it counts even if a later batch fails. */
async function* inBatches(batch: () => Promise<Count[]>, signal?: AbortSignal): AsyncGenerator<number> {
  for (let count = MAX_ROWS; count >= MAX_ROWS && !signal?.aborted; ) {
    count = (await batch())[0]?.count ?? 0
    yield count
  }
}
