import { readConversation } from '../conversations/conversation-row.ts'
import { batched, type Reads, rowById } from '../database/batched-reads.ts'
import { casesById, conversationsOfCases, messagesOfCases } from './case-row.ts'

/** Batched reads for moderators. The caller has checked the permission. */
export const moderationLoaders = {
  moderationCase: (reads: Reads) => rowById(reads, { statement: casesById }),
  /** A message that there is a case of, whether or not the viewer takes part in its conversation. */
  messageOfCase: (reads: Reads) =>
    batched(reads, {
      statement: messagesOfCases,
      keyOf: ({ id }) => id,
      valueFrom: ([row]) => row ?? null,
    }),
  /** The conversation of such a message, without its messages for one who takes no part in it. */
  conversationOfCase: (reads: Reads) =>
    batched(reads, {
      statement: conversationsOfCases,
      keyOf: ({ id }) => id,
      valueFrom: ([row]) => (row ? readConversation(row) : null),
    }),
}
