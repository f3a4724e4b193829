import { type Reads, rowById, rowsByKey } from '../database/batched-reads.ts'
import { attachmentsById, attachmentsOf } from './attachment-row.ts'

/** Batched reads of attachments. */
export const attachmentLoaders = {
  /** Null unless the viewer may see it. */
  attachment: (reads: Reads) => rowById(reads, { statement: attachmentsById }),
  attachments: (reads: Reads) =>
    rowsByKey(reads, {
      statement: attachmentsOf,
      keyOf: ({ messageId }) => String(messageId),
      ofMessages: true,
    }),
}
