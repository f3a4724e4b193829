import { type Reads, rowById, rowsByKey } from '../database/batched-reads.ts'
import { attachmentsById, attachmentsOf, heldAttachmentsById, heldAttachmentsOf } from './attachment-row.ts'

const messageOf = ({ messageId }: { messageId: string | null }) => String(messageId)

/** Batched reads of attachments. */
export const attachmentLoaders = {
  /** Null unless the viewer may see it. */
  attachment: (reads: Reads) => rowById(reads, { statement: attachmentsById }),
  attachments: (reads: Reads) =>
    rowsByKey(reads, { statement: attachmentsOf, keyOf: messageOf, ofMessages: true }),
  /** Attachments of messages that are or were held. Callers of this and the next have checked the permission. */
  heldAttachment: (reads: Reads) => rowById(reads, { statement: heldAttachmentsById }),
  heldAttachments: (reads: Reads) => rowsByKey(reads, { statement: heldAttachmentsOf, keyOf: messageOf }),
}
