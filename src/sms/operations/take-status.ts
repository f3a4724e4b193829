import type { Services } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { DeliveryName } from '../delivery-token.ts'
import type { SmsStatus } from '../guest-message-row.ts'
import { UNREGISTERED } from '../provider.ts'
import { settleSms } from './due-sms.ts'
import { pauseUnregistered } from './pause-sender.ts'

/** The provider's statuses, which come in any order. One that is not here says nothing new. */
const STATUSES: Readonly<Record<string, SmsStatus>> = {
  accepted: 'SENT',
  queued: 'SENT',
  sending: 'SENT',
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'DELIVERED',
  undelivered: 'UNDELIVERED',
  failed: 'FAILED',
}

/** News of the provider about an SMS. */
export interface StatusNews {
  sid: string
  status: string
  code: string | null
  /** The number that it was sent from. */
  from: string | undefined
}

/**
 * Notes the news of a status callback, which also tells of an SMS whose acceptance was not heard. Repeated, reordered and
 * foreign news have no effect.
 */
export async function takeStatus(
  services: Services,
  { companyId, deliveryId }: DeliveryName,
  { sid, status, code, from }: StatusNews,
): Promise<void> {
  const known = STATUSES[status.toLowerCase()]
  if (!known) return
  const tenant = services.database.forSystem(companyId)
  const values = { deliveryId, status: known, code, sid, due: null, eventId: newId() }
  const [settled] = await tenant.query(settleSms, values)
  if (!settled?.position) return
  services.live.notify(companyId, Number(settled.position))
  if (code === UNREGISTERED && from) await pauseUnregistered(services, from)
}
