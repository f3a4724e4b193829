import type { Parts } from '../context.ts'
import { ready } from '../database/database.ts'

/**
 * Does a chore for one company after the other until the signal; gives how many failed, which hold up none of the others.
 * Throws if the database itself is away.
 */
export async function forEachCompany(
  { database, log }: Pick<Parts, 'database' | 'log'>,
  companyIds: readonly string[],
  chore: { work(companyId: string): Promise<void>; failed: string },
  signal?: AbortSignal,
): Promise<number> {
  let failures = 0
  for (const companyId of companyIds) {
    if (signal?.aborted) break
    try {
      await chore.work(companyId)
    } catch (error) {
      await database.acrossCompanies(ready, [])
      failures += 1
      log.warn({ err: error, companyId }, chore.failed)
    }
  }
  return failures
}
