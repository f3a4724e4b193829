import type { MarkRow } from '../../conversations/participant-row.ts'

/** The delivery state of a message. */
export type DeliveryStatus = 'SENT' | 'DELIVERED' | 'READ'

/**
 * Returns the delivery state of the viewer's own message: the lowest among its recipients. Recipients are the people
 * who were in the conversation when it was sent and still are, and those who have received it since, so that leaving or
 * returning never takes a receipt back. Without recipients it stays SENT.
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
