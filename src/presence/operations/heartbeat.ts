import { type Context, requirePermission } from '../../context.ts'
import { type PresenceState, type PresenceStatus, presenceTimes } from '../status.ts'

/**
 * Stores the viewer's presence on this device. Requires PRESENCE_WRITE. Without another heartbeat the device ends after
 * 45 s. Resolves to the viewer's presence over all devices.
 */
export async function heartbeat(
  context: Context,
  { status }: { status: PresenceStatus },
): Promise<{ presence: PresenceState }> {
  requirePermission(context, 'PRESENCE_WRITE')
  const { viewer, services, device } = context
  const person = { companyId: viewer.companyId, userId: viewer.userId }
  const { id: deviceId, hasClosed } = device()
  const beaten = services.presence.beat(person, deviceId, status)
  // The socket may have closed before its heartbeat was stored.
  if (hasClosed) services.presence.leave(person, { deviceId, graceMs: presenceTimes.grace })
  return { presence: await beaten }
}
