import { type FlatConversationRow, readConversation } from '../conversations/conversation-row.ts'
import { batched, type Reads } from '../database/batched-reads.ts'
import { overseenConversations } from './state-statements.ts'

/** Batched reads for overseers. The caller has checked the permission. */
export const oversightLoaders = {
  /** A conversation, whether or not the viewer takes part in it, without its messages for one who does not. */
  overseenConversation: (reads: Reads) =>
    batched(reads, {
      statement: overseenConversations,
      keyOf: ({ id }) => id,
      valueFrom: ([row]) => (row ? overseenConversation(row) : null),
    }),
}

/** Reads the row of a conversation. The description of a group that the viewer could not find is left out. */
export function overseenConversation(row: FlatConversationRow) {
  const conversation = readConversation(row)
  const isListed = conversation.kind === 'GROUP' && conversation.access !== 'PRIVATE'
  return isListed || conversation.isReadable ? conversation : { ...conversation, description: null }
}
