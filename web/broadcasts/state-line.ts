import type { Ui } from '../ui/context.ts'
import { momentOf } from '../ui/format.ts'
import type { Broadcast } from './calls.ts'

/** When a broadcast was sent or will be, and how many of those who received it have read it. */
export function stateLine({ status, sentAt, scheduledFor, readCount, recipientCount }: Broadcast, ui: Ui) {
  const { text, locale } = ui
  if (status === 'CANCELLED') return text.cancelled
  if (status === 'SCHEDULED') return text.scheduledFor(momentOf(scheduledFor ?? '', locale))
  return `${text.sentOn(momentOf(sentAt ?? '', locale))} · ${text.readBy(readCount, recipientCount)}`
}
