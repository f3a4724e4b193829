import type { SmsEnvironment } from '../env/sms.ts'
import { type SmsSize, smsSize } from './segments.ts'

/** The size of a text as SMS, and its price for one recipient. */
export interface SmsPreview extends SmsSize {
  /** Such as 0.0158 USD; null if no price is configured. */
  costEstimate: string | null
}

/** Previews a text as SMS. */
export function previewSms(body: string, { segmentPrice }: Pick<SmsEnvironment, 'segmentPrice'>): SmsPreview {
  const size = smsSize(body)
  const costEstimate = segmentPrice
    ? `${Number((segmentPrice.amount * size.segments).toFixed(6))} ${segmentPrice.currency}`
    : null
  return { ...size, costEstimate }
}
