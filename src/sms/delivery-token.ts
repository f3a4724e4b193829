import { isUuid, uuidFromBytes } from '../ids.ts'

/** A delivery and its company. */
export interface DeliveryName {
  companyId: string
  deliveryId: string
}

const BYTES = 32

/** Encodes company and delivery as the last part of a path. The webhook's signature proves where it comes from. */
export function encodeDelivery({ companyId, deliveryId }: DeliveryName): string {
  return Buffer.from(`${companyId}${deliveryId}`.replaceAll('-', ''), 'hex').toString('base64url')
}

/** Reads the output of `encodeDelivery`. Undefined for anything else. */
export function decodeDelivery(token: string): DeliveryName | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== BYTES || bytes.toString('base64url') !== token) return undefined
  const [companyId, deliveryId] = [uuidFromBytes(bytes.subarray(0, 16)), uuidFromBytes(bytes.subarray(16))]
  return isUuid(companyId) && isUuid(deliveryId) ? { companyId, deliveryId } : undefined
}
