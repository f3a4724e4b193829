import { z } from 'zod'
import { recordActNow } from '../../audit/record-act.ts'
import { type Context, requirePermission } from '../../context.ts'
import { ConflictError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { EXPORTS_PATH, LINK_MINUTES, linkToken, MANIFEST } from '../export-link.ts'
import type { ExportState } from '../export-row.ts'
import { EXPORT_PERMISSIONS } from '../queries/exports.ts'

const schema = z.object({ exportId: id('Export') })

const NOT_READY: Record<Exclude<ExportState, 'READY'>, string> = {
  QUEUED: 'The export has not begun.',
  RUNNING: 'The export is not done.',
  FAILED: 'The export has failed: request another one.',
  EXPIRED: 'The file of the export has been deleted: request another one.',
}

/** The addresses of an export's file and of its manifest. Both are credentials. */
export interface CreatedLink {
  url: string
  manifestUrl: string
  expiresAt: Date
}

/**
 * Returns a link to the file of an export, for the viewer alone. Requires AUDIT_READ and CONVERSATION_AUDIT. Throws
 * PermissionDeniedError, also for the export of somebody else where the operator has a policy, InvalidInputError, NotFoundError, and
 * ConflictError unless the export is ready.
 */
export async function createExportLink(context: Context, input: unknown): Promise<CreatedLink> {
  for (const permission of EXPORT_PERMISSIONS) requirePermission(context, permission)
  const { exportId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  const found = await context.loaders.export.load(exportId)
  if (!found) throw new NotFoundError('There is no such export.')
  // The file was written by the decisions about the person who requested it.
  if (context.services.policy && found.requestedById !== userId)
    throw new PermissionDeniedError(
      'Only the person who requested this export may download it: request one of your own.',
    )
  if (found.state !== 'READY') throw new ConflictError(NOT_READY[found.state])
  await recordActNow(context.tenant, { kind: 'export.linked', objectId: exportId })
  const expiresAt = new Date(Date.now() + LINK_MINUTES * 60_000)
  const { publicUrl, deploymentKey } = context.services
  const claims = { companyId, exportId, userId, expiresAt }
  const token = await linkToken({ company: await context.keys(), deployment: deploymentKey }, claims)
  const url = `${publicUrl}${EXPORTS_PATH}${token}`
  return { url, manifestUrl: `${url}${MANIFEST}`, expiresAt }
}
