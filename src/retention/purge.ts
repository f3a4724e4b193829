import { companyIds } from '../companies/create-company.ts'
import { forEachCompany } from '../companies/each-company.ts'
import type { Parts } from '../context.ts'
import type { Statement } from '../database/database.ts'
import { purgedRows } from '../metrics/metrics.ts'

/** How much a purge has deleted. */
export interface Purged {
  events: number
  idempotencyKeys: number
  /** Companies whose events could not be deleted this time; the log says why. */
  failedCompanies: number
}

/** Small enough that nobody waits for it. */
const MOST_ROWS = 1_000

const purgeEvents: Statement = {
  name: 'purge_events',
  text: 'select app.purge_events($1) as count',
}

const purgeIdempotencyKeys: Statement = {
  name: 'purge_idempotency_keys',
  text: 'select app.purge_idempotency_keys($1) as count',
}

/**
 * Deletes events older than their company resumes streams (`eventRetentionDays`, features 5.2) and idempotency keys older
 * than a week. It can end anywhere and be run again, on any number of processes.
 */
export async function purge(parts: Pick<Parts, 'database' | 'log'>, signal?: AbortSignal): Promise<Purged> {
  const { database } = parts
  const purged = { events: 0, idempotencyKeys: 0, failedCompanies: 0 }
  const work = async (companyId: string) => {
    const chores = database.forChores(companyId)
    for await (const count of inBatches(() => chores.query<Count>(purgeEvents, [MOST_ROWS]), signal)) {
      purged.events += count
      purgedRows.inc({ kind: 'events' }, count)
    }
  }
  const chore = { work, failed: 'events past their time could not be deleted' }
  purged.failedCompanies = await forEachCompany(parts, await companyIds(database), chore, signal)
  const keys = () => database.acrossCompanies<Count>(purgeIdempotencyKeys, [MOST_ROWS])
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
  for (let count = MOST_ROWS; count >= MOST_ROWS && !signal?.aborted; ) {
    count = (await batch())[0]?.count ?? 0
    yield count
  }
}
