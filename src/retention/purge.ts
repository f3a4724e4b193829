import { forEachCompany } from '../companies/each-company.ts'
import { companyIds } from '../companies/operations/create-company.ts'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { purgedRows } from '../metrics/metrics.ts'

/** How much a purge has deleted. */
export interface Purged {
  events: number
  idempotencyKeys: number
  /** Companies whose events could not be deleted this time; the log says why. */
  failedCompanies: number
}

/** Small enough that nobody waits for it. */
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
 * Deletes events older than their company resumes streams (`eventRetentionDays`) and idempotency keys older
 * than a week. It can end anywhere and be run again, on any number of processes.
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

/** How much each batch has deleted, which counts though a later one fails. */
async function* inBatches(batch: () => Promise<Count[]>, signal?: AbortSignal): AsyncGenerator<number> {
  for (let count = MAX_ROWS; count >= MAX_ROWS && !signal?.aborted; ) {
    count = (await batch())[0]?.count ?? 0
    yield count
  }
}
