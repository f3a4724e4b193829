import type { MarkRow } from '../../conversations/participant-row.ts'
import type { Loaders } from '../../loaders.ts'
import type { MessageRow } from '../message-row.ts'

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

/** Returns the marks of the people whom a message is for: those whom its access rules let see it. */
export async function recipientMarks(
  loaders: Pick<Loaders, 'marks' | 'peopleShown'>,
  { id, conversationId, isRestricted }: MessageRow,
): Promise<MarkRow[]> {
  const marks = await loaders.marks.load(conversationId)
  if (!isRestricted) return marks
  const shown = await loaders.peopleShown.load(id)
  return marks.filter(({ userId }) => shown.includes(userId))
}
