import { type Context, requirePermission } from '../context.ts'
import type { PresenceState, PresenceStatus } from './status.ts'

/**
 * Says how present the viewer is on this device; needs PRESENCE_WRITE. Unless it is repeated within 45 s the device is
 * gone; resolves to how present the viewer is by all devices (features 5.6).
 */
export async function heartbeat(
  context: Context,
  { status }: { status: PresenceStatus },
): Promise<{ presence: PresenceState }> {
  requirePermission(context, 'PRESENCE_WRITE')
  const { viewer, parts, device } = context
  const { companyId, userId } = viewer
  return { presence: await parts.presence.beat({ companyId, userId }, device().id, status) }
}
