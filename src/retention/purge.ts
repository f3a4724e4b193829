import { companyIds } from '../companies/create-company.ts'
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
/** As many companies in a row fail where the database itself does. */
const GIVE_UP_AFTER = 3

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
export async function purge(
  { database, log }: Pick<Parts, 'database' | 'log'>,
  signal?: AbortSignal,
): Promise<Purged> {
  const purged = { events: 0, idempotencyKeys: 0, failedCompanies: 0 }
  let failedInARow = 0
  for (const companyId of await companyIds(database)) {
    const chores = database.forChores(companyId)
    try {
      purged.events += await inBatches(signal, () => chores.query<Count>(purgeEvents, [MOST_ROWS]))
      failedInARow = 0
    } catch (error) {
      failedInARow += 1
      if (failedInARow === GIVE_UP_AFTER) throw error
      // The others have their turn all the same.
      purged.failedCompanies += 1
      log.warn({ err: error, companyId }, 'events past their time could not be deleted')
    }
  }
  purged.idempotencyKeys += await inBatches(signal, () =>
    database.acrossCompanies<Count>(purgeIdempotencyKeys, [MOST_ROWS]),
  )
  purgedRows.inc({ kind: 'events' }, purged.events)
  purgedRows.inc({ kind: 'idempotency_keys' }, purged.idempotencyKeys)
  return purged
}

interface Count {
  count: number
}

async function inBatches(signal: AbortSignal | undefined, batch: () => Promise<Count[]>): Promise<number> {
  let sum = 0
  for (let count = MOST_ROWS; count >= MOST_ROWS && !signal?.aborted; sum += count) {
    count = (await batch())[0]?.count ?? 0
  }
  return sum
}
