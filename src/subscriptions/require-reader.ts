import { renewed } from '../auth/viewer.ts'
import { requireOpen } from '../companies/require-open.ts'
import { type Context, refreshContext } from '../context.ts'
import { RequestError } from '../errors.ts'
import type { Permission } from '../members/permissions.ts'

/**
 * Returns the context with the current membership instead of the cached one, because a stream is never told of access
 * that was lost before it started. Throws FORBIDDEN without an active membership or the permission, MESSAGING_DISABLED,
 * READ_ONLY.
 */
export async function requireReader(context: Context, permission: Permission): Promise<Context> {
  const { viewer, services } = context
  const profile = await services.viewers.findAnew(viewer.companyId, viewer.userId)
  const now = refreshContext({ ...context, viewer: renewed(viewer, profile) })
  requireOpen(now.viewer, 'read')
  if (!now.viewer.permissions.has(permission)) {
    throw new RequestError('FORBIDDEN', `Your role lacks the permission ${permission}.`)
  }
  return now
}
