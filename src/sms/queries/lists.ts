import type { Context } from '../../context.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import {
  type DeliveryRow,
  deliveriesPage,
  type GuestMessageRow,
  guestMessagesPage,
  type InboundRow,
  inboundOfGuest,
  inboundPage,
  type SmsStatus,
} from '../guest-message-row.ts'

const byId = { key: ['uuid'] as const, keyOf: ({ id }: { id: string }) => [id] }

/** Returns a page of the company's messages to guests, latest first. */
export function guestMessageList(
  { tenant, viewer: { companyId } }: Context,
  args: ForwardArgs,
): Promise<Page<GuestMessageRow>> {
  return forwardPage<GuestMessageRow>(args, {
    ...byId,
    nodeOf: (row) => row,
    read: ([beforeId], max) => tenant.query(guestMessagesPage, { companyId, beforeId, max }),
  })
}

/** Returns a page of the deliveries of a message. */
export function deliveryPage(
  { tenant, viewer: { companyId } }: Context,
  { id: guestMessageId }: GuestMessageRow,
  { status = null, ...args }: ForwardArgs & { status?: SmsStatus | null | undefined },
): Promise<Page<DeliveryRow>> {
  return forwardPage<DeliveryRow>(args, {
    ...byId,
    nodeOf: (row) => row,
    read: ([afterId], max) =>
      tenant.query(deliveriesPage, { companyId, guestMessageId, status, afterId, max }),
  })
}

/** Returns a page of incoming SMS, of one guest if `guestId` is given, latest first. */
export function inboundList(
  { tenant, viewer: { companyId } }: Context,
  args: ForwardArgs,
  guestId: string | null,
): Promise<Page<InboundRow>> {
  return forwardPage<InboundRow>(args, {
    ...byId,
    nodeOf: (row) => row,
    read: ([beforeId], max) =>
      guestId === null
        ? tenant.query(inboundPage, { companyId, beforeId, max })
        : tenant.query(inboundOfGuest, { companyId, guestId, beforeId, max }),
  })
}
