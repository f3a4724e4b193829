import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import type { Permission } from '../../members/permissions.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { type ExportRow, exportsBefore } from '../export-row.ts'

/** The permissions that exports require. */
export const EXPORT_PERMISSIONS: readonly Permission[] = ['AUDIT_READ', 'CONVERSATION_AUDIT']

/** The first permission of exports that a viewer lacks. */
export function lackedForExports({
  permissions,
}: Pick<Context['viewer'], 'permissions'>): Permission | undefined {
  return EXPORT_PERMISSIONS.find((permission) => !permissions.has(permission))
}

/** Returns a page of the company's exports, latest first. Throws FORBIDDEN without the permissions of exports. */
export async function exportPage({ tenant, viewer }: Context, args: ForwardArgs): Promise<Page<ExportRow>> {
  const lacked = lackedForExports(viewer)
  if (lacked) throw new RequestError('FORBIDDEN', `Your role lacks the permission ${lacked}.`)
  return forwardPage<ExportRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ requestedAt, id }) => [requestedAt.toISOString(), id],
    nodeOf: (row) => row,
    read: ([beforeAt, beforeId], max) =>
      tenant.query(exportsBefore, { companyId: viewer.companyId, beforeAt, beforeId, max }),
  })
}
