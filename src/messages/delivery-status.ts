import type { MarkRow } from '../loaders.ts'

/** How far a message has got. */
export type DeliveryStatus = 'SENT' | 'DELIVERED' | 'READ'

/**
 * The status of an own message towards its recipients, the least advanced counting: those who were in the conversation
 * when it was sent and still are. Without recipients it stays SENT.
 */
export function deliveryStatus(
  message: { seq: number | null; authorId: string },
  marks: MarkRow[],
): DeliveryStatus {
  const { seq, authorId } = message
  if (seq === null) return 'SENT'
  const recipients = marks.filter((mark) => mark.userId !== authorId && mark.joinedSeq < seq)
  if (recipients.length === 0) return 'SENT'
  if (recipients.every((mark) => mark.lastReadSeq >= seq)) return 'READ'
  return recipients.every((mark) => mark.lastDeliveredSeq >= seq) ? 'DELIVERED' : 'SENT'
}
