import type { MarkRow } from '../../loaders.ts'

/** How far a message has got. */
export type DeliveryStatus = 'SENT' | 'DELIVERED' | 'READ'

/**
 * The status of an own message towards its recipients, the least advanced counting: those who were in the conversation
 * when it was sent and still are, and whoever has moved past it since, so that a leave or a return never takes a
 * receipt back. Without recipients it stays SENT.
 */
export function deliveryStatus(
  message: { seq: number | null; authorId: string },
  marks: MarkRow[],
): DeliveryStatus {
  const { seq, authorId } = message
  if (seq === null) return 'SENT'
  const recipients = marks.filter(
    (mark) =>
      mark.userId !== authorId && (mark.lastDeliveredSeq >= seq || (mark.joinedSeq < seq && !mark.hasLeft)),
  )
  if (recipients.length === 0) return 'SENT'
  const hasRead = (mark: MarkRow) => mark.lastReadSeq >= seq
  if (recipients.some(hasRead) && recipients.every((mark) => hasRead(mark) || mark.hasLeft)) return 'READ'
  return recipients.every((mark) => mark.lastDeliveredSeq >= seq) ? 'DELIVERED' : 'SENT'
}
