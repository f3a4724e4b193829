import { forEachCompany } from '../../companies/each-company.ts'
import { companyIds } from '../../companies/operations/create-company.ts'
import { type PeriodicTask, startPeriodicTask } from '../../concurrency/periodic-task.ts'
import type { Services } from '../../context.ts'
import { expireExports, exportFilesInUse } from '../export-row.ts'

const EVERY_MS = 5 * 60_000
/** A random delay, so that processes which start together do so at different times. */
const FIRST_WITHIN_MS = 60_000

/** Ends exports whose time is over, and deletes their files, from time to time until it is stopped. */
export function startExpiringExports(services: Services): PeriodicTask {
  return startPeriodicTask(
    (signal) =>
      expireAll(services, signal).catch((error) =>
        services.log.warn({ err: error }, 'exports past their time could not be deleted'),
      ),
    { everyMs: EVERY_MS, firstAfterMs: Math.random() * FIRST_WITHIN_MS },
  )
}

/** Ends exports whose time is over, and deletes all files that no export uses. */
export async function expireAll(services: Services, signal?: AbortSignal): Promise<void> {
  const { database, exportFiles } = services
  const work = async (companyId: string) => {
    const system = database.forSystem(companyId)
    await system.query(expireExports, {})
    // Listed first, since an attempt is known before its file is there.
    const files = await exportFiles.list(companyId)
    if (files.length === 0) return
    const inUse = await system.query(exportFilesInUse, { companyId })
    const kept = new Set(inUse.map(({ id }) => id))
    for (const id of files.filter((id) => !kept.has(id))) await exportFiles.remove(companyId, id)
  }
  const task = { work, failed: 'exports past their time could not be deleted' }
  await forEachCompany(services, await companyIds(database), task, signal)
}
