import type DataLoader from 'dataloader'
import { batched, type Reads, rowsByKey } from '../database/batched-reads.ts'
import { channelsOfDepartment, departmentsOfChannels } from './channel-departments.ts'
import {
  conversationsById,
  plainConversationsById,
  readConversation,
  unreadStarts,
} from './conversation-row.ts'
import { marksOf, participantCounts } from './participant-row.ts'
import { type UnreadRow, unreadOfViewer } from './unread-row.ts'

const conversationOf = ({ conversationId }: { conversationId: string }) => conversationId

/** Batched reads of conversations and of the people in them. */
export const conversationLoaders = {
  /** Null unless the viewer may see it. */
  conversation: (reads: Reads) =>
    batched(reads, {
      statement: conversationsById,
      keyOf: ({ id }) => id,
      valueFrom: ([row]) => (row ? readConversation(row) : null),
    }),
  /** Of PLAIN_FIELDS alone. Null unless the viewer may see it. */
  plainConversation: (reads: Reads) =>
    batched(reads, {
      statement: plainConversationsById,
      keyOf: ({ id }) => id,
      valueFrom: ([row]) => (row ? readConversation(row) : null),
    }),
  /** Null unless the viewer takes part in it. */
  unreadStart: (reads: Reads) =>
    batched(reads, {
      statement: unreadStarts,
      keyOf: conversationOf,
      valueFrom: ([row]) => row ?? null,
    }),
  participantCount: (reads: Reads) =>
    batched(reads, {
      statement: participantCounts,
      keyOf: conversationOf,
      valueFrom: ([row]) => row?.count ?? 0,
    }),
  /** The departments that a channel follows, by its id. */
  departments: (reads: Reads) =>
    batched(reads, {
      statement: departmentsOfChannels,
      keyOf: conversationOf,
      valueFrom: (rows) => rows.map(({ name }) => name),
    }),
  /** True for a channel that follows the viewer's department. */
  isOfDepartment: (reads: Reads) =>
    batched(reads, {
      statement: channelsOfDepartment,
      keyOf: conversationOf,
      valueFrom: (rows) => rows.length > 0,
    }),
  marks: (reads: Reads) => rowsByKey(reads, { statement: marksOf, keyOf: conversationOf }),
  /** By user, who is the viewer. */
  unread: (reads: Reads): DataLoader<string, UnreadRow[]> =>
    batched(reads, {
      statement: unreadOfViewer,
      keyOf: ({ userId }) => userId,
      valueFrom: (rows): UnreadRow[] => rows,
    }),
}
