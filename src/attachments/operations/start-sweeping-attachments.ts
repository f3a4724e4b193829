import { forEachCompany } from '../../companies/each-company.ts'
import { type PeriodicTask, startPeriodicTask } from '../../concurrency/periodic-task.ts'
import type { Services } from '../../context.ts'
import { newId } from '../../ids.ts'
import {
  companiesToSweep,
  filesToDelete,
  forgetFiles,
  forgetRemains,
  remainsToDelete,
  takeChecks,
} from '../upload-row.ts'
import { checkUpload } from './check-upload.ts'

const EVERY_MS = 30_000
/** A random delay, so that processes which start together do so at different times. */
const FIRST_WITHIN_MS = 30_000
const MAX_AT_ONCE = 100

/** Sweeps from time to time until it is stopped. */
export function startSweepingAttachments(services: Services): PeriodicTask {
  return startPeriodicTask(
    (signal) =>
      sweepAttachments(services, signal).catch((error) =>
        services.log.warn({ err: error }, 'attachments could not be swept'),
      ),
    { everyMs: EVERY_MS, firstAfterMs: Math.random() * FIRST_WITHIN_MS },
  )
}

/** Checks uploads whose check has not ended, and deletes the bytes of all that was deleted or not sent in time, and what checks have left. */
export async function sweepAttachments(services: Services, signal?: AbortSignal): Promise<void> {
  const work = async (companyId: string) => {
    await checkAgain(services, companyId, signal)
    while (!signal?.aborted && (await deleteSome(services, companyId)) === MAX_AT_ONCE);
    while (!signal?.aborted && (await deleteRemains(services, companyId)) === MAX_AT_ONCE);
  }
  const task = { work, failed: 'attachments could not be swept' }
  const companies = await services.database.acrossCompanies(companiesToSweep, {})
  const ids = companies.map(({ companyId }) => companyId)
  await forEachCompany(services, ids, task, signal)
}

async function checkAgain(services: Services, companyId: string, signal?: AbortSignal): Promise<void> {
  const tenant = services.database.forSystem(companyId)
  for (;;) {
    const lease = newId()
    const [taken] = await tenant.query(takeChecks, { companyId, lease, max: 1 })
    if (!taken || signal?.aborted) return
    // The others must not wait for one that cannot be checked just now.
    await checkUpload(services, { companyId, attachmentId: taken.id, lease }).catch((error) =>
      services.log.warn({ err: error, companyId }, 'an upload could not be checked; it is tried again'),
    )
  }
}

async function deleteSome({ database, attachments }: Services, companyId: string): Promise<number> {
  const tenant = database.forSystem(companyId)
  const found = await tenant.query(filesToDelete, { companyId, max: MAX_AT_ONCE })
  for (const { id } of found) await attachments.store.keepOnly(companyId, id, [])
  const ids = found.map(({ id }) => id)
  if (ids.length > 0) await tenant.query(forgetFiles, { companyId, ids })
  return ids.length
}

async function deleteRemains({ database, attachments }: Services, companyId: string): Promise<number> {
  const tenant = database.forSystem(companyId)
  const found = await tenant.query(remainsToDelete, { companyId, max: MAX_AT_ONCE })
  for (const { id, kept } of found) await attachments.store.keepOnly(companyId, id, kept)
  const ids = found.map(({ id }) => id)
  if (ids.length > 0) await tenant.query(forgetRemains, { companyId, ids })
  return ids.length
}
