import { type Context, requirePermission } from '../../context.ts'
import { type PresenceState, type PresenceStatus, presenceTimes } from '../status.ts'

/**
 * Says how present the viewer is on this device; needs PRESENCE_WRITE. Unless it is repeated within 45 s the device is
 * gone; resolves to how present the viewer is by all devices.
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
  // The socket it came over may have closed before its beat was recorded.
  if (hasClosed) services.presence.leave(person, { deviceId, graceMs: presenceTimes.grace })
  return { presence: await beaten }
}
