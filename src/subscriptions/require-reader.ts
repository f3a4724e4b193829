import { renewed } from '../auth/viewer.ts'
import { requireOpen } from '../companies/require-open.ts'
import { type Context, refreshContext } from '../context.ts'
import { RequestError } from '../errors.ts'
import type { Permission } from '../members/permissions.ts'

/**
 * The context as of now rather than as remembered, for a stream that starts: whoever lost access before would never be
 * told. Throws FORBIDDEN without an active membership or the permission, MESSAGING_DISABLED, READ_ONLY.
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
