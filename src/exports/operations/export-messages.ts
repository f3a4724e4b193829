import { sealFile } from '../../encryption/sealed-file.ts'
import { newId } from '../../ids.ts'
import type { Job } from '../../jobs/job.ts'
import { readFilter, sealFilter } from '../export-filter.ts'
import { beginExport, endExport, exportsById, keepFilter } from '../export-row.ts'
import type { ExportSource } from '../exported-messages.ts'
import { type Written, writeExport } from '../write-export.ts'
import { checksumsOf } from './checksums-of.ts'

/** Attempts after which an export has failed. */
const MAX_ATTEMPTS = 5
/** Conversations that the policy is asked about at once: fewer than have to wait for one another. */
const MAX_ASKED = 25

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
  let withheld = 0
  const denied = deniedTo(job, requestedById, (count) => {
    withheld += count
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

/**
 * An export holds nothing that the operator's policy would not let the person who requested it audit. A failure of the policy is one
 * of the attempt: an export that lacks something for it would look whole.
 */
function deniedTo(
  { services: { policy }, tenant }: Job,
  userId: string,
  onWithheld: (count: number) => void,
): ExportSource['denied'] {
  if (!policy) return undefined
  return async (conversationIds) => {
    const denied = new Set<string>()
    for (let at = 0; at < conversationIds.length; at += MAX_ASKED) {
      const pairs = conversationIds
        .slice(at, at + MAX_ASKED)
        .map((conversationId) => ({ conversationId, userId }))
      for (const pair of await policy.decidedAgainst(tenant, pairs, 'audit')) denied.add(pair.conversationId)
    }
    onWithheld(denied.size)
    return denied
  }
}
