import type { Logger } from 'pino'
import { type Database, ready } from '../database/database.ts'

/**
 * Runs a task for one company after another until the signal. Returns the number of companies for which it failed; a
 * failure does not stop the others. Throws if the database is unreachable.
 */
export async function forEachCompany(
  { database, log }: { database: Database; log: Logger },
  companyIds: readonly string[],
  task: { work(companyId: string): Promise<void>; failed: string },
  signal?: AbortSignal,
): Promise<number> {
  let failures = 0
  for (const companyId of companyIds) {
    if (signal?.aborted) break
    try {
      await task.work(companyId)
    } catch (error) {
      await database.acrossCompanies(ready, {})
      failures += 1
      log.warn({ err: error, companyId }, task.failed)
    }
  }
  return failures
}
