import { sealFile } from '../../encryption/sealed-file.ts'
import { newId } from '../../ids.ts'
import type { Job } from '../../jobs/job.ts'
import { readFilter, sealFilter } from '../export-filter.ts'
import { beginExport, endExport, exportsById, keepFilter } from '../export-row.ts'
import { withheldFrom } from '../withheld.ts'
import { type Written, writeExport } from '../write-export.ts'
import { checksumsOf } from './checksums-of.ts'

/** Attempts after which an export has failed. */
const MAX_ATTEMPTS = 5

/**
 * The job that writes an export. Each attempt writes a file of its own from the beginning, and the export is ready only when its
 * whole file is on the disk, so that a process may die anywhere.
 */
export async function exportMessages(job: Job): Promise<void> {
  const { companyId, tenant, services, attempt, isLastAttempt, signal } = job
  const exportId = String(job.payload.exportId)
  const fileId = newId()
  const [begun] = await tenant.query(beginExport, { exportId, fileId })
  if (!begun?.isBegun) return
  try {
    const written = await writeFile(job, exportId, fileId)
    await end(written)
  } catch (error) {
    if (signal.aborted || (attempt < MAX_ATTEMPTS && !isLastAttempt)) throw error
    services.log.error({ err: error, companyId }, 'an export has failed')
    await end(null)
  }

  async function end(written: Written | null): Promise<void> {
    const { messageCount: count = null, bytes = null, checksum = null } = written ?? {}
    const state = written ? 'READY' : 'FAILED'
    await tenant.query(endExport, { exportId, fileId, state, count, bytes, checksum })
  }
}

async function writeFile(job: Job, exportId: string, fileId: string): Promise<Written> {
  const { companyId, tenant, services, keys, signal } = job
  const [found] = await tenant.query(exportsById, { companyId, ids: [exportId] })
  if (!found) throw new Error('An export that was begun is there.')
  const { from, to, format, requestedById } = found
  const { userIds, conversationIds } = readFilter(await keys(), found)
  const { policy } = services
  let withheld = 0
  const denied =
    policy &&
    (async (ids: readonly string[]) => {
      const those = await withheldFrom(policy, tenant, requestedById, ids)
      withheld += those.size
      return those
    })
  const scope = { from, to, userIds, conversationIds }
  const checksumOf = checksumsOf(services.attachments.store, companyId)
  const written = await writeExport({ companyId, tenant, keys, denied, checksumOf }, scope, {
    format,
    signal,
    write: async (content) =>
      services.exportFiles.write(companyId, fileId, sealFile(await keys(), fileId, content), signal),
  })
  const told = { userIds, conversationIds, withheld: denied ? withheld : null, files: written.files }
  const filter = sealFilter(await keys(), exportId, told)
  await tenant.query(keepFilter, { companyId, exportId, fileId, filter })
  return written
}
