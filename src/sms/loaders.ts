import { type Reads, rowById, rowsByKey } from '../database/batched-reads.ts'
import { deliveriesById, deliveryCounts, guestMessagesById, inboundById } from './guest-message-row.ts'

/** Batched reads of messages to guests and from them. */
export const smsLoaders = {
  guestMessage: (reads: Reads) => rowById(reads, { statement: guestMessagesById }),
  guestDelivery: (reads: Reads) => rowById(reads, { statement: deliveriesById }),
  inboundMessage: (reads: Reads) => rowById(reads, { statement: inboundById }),
  deliveryCounts: (reads: Reads) =>
    rowsByKey(reads, { statement: deliveryCounts, keyOf: ({ guestMessageId }) => guestMessageId }),
}
