import type { BroadcastRow } from '../../broadcasts/broadcast-row.ts'
import type { Context } from '../../context.ts'
import { loadersFor } from '../../loaders.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { deniedIds } from '../../policy/denied-ids.ts'
import type { AttachmentRow } from '../attachment-row.ts'

/**
 * Returns an attachment that the viewer may read: of a message that they see, their own that is not sent, and for moderators of a
 * message that is or was held. Null for every other, and where the operator's policy keeps the case from them.
 */
export async function readableAttachment(
  { loaders, services, tenant, viewer }: Context,
  attachmentId: string,
): Promise<AttachmentRow | null> {
  const seen = await loaders.attachment.load(attachmentId)
  if (seen || !viewer.permissions.has('MESSAGE_MODERATE')) return seen
  const reviewed = await loaders.heldAttachment.load(attachmentId)
  if (!reviewed?.messageId) return null
  const messages = [reviewed.messageId]
  const denied = await deniedIds(services.policy, tenant, viewer.userId, { messages }, 'moderate')
  return denied.size > 0 ? null : reviewed
}

/** Returns the attachments of a message that the viewer may read: with its case, those of one that is or was held as well. */
export async function attachmentsOfMessage(
  { loaders }: Context,
  message: MessageRow,
): Promise<AttachmentRow[]> {
  const seen = await loadersFor(loaders, message).attachments.load(message.id)
  return seen.length > 0 || !message.isUnderReview ? seen : loaders.heldAttachments.load(message.id)
}

/** Returns the files of a broadcast that the viewer may read: those of its message, or before it is sent, its author's. */
export async function attachmentsOfBroadcast(
  { loaders }: Context,
  broadcast: BroadcastRow,
): Promise<AttachmentRow[]> {
  const { id, status, attachmentIds } = broadcast
  if (status === 'SENT') return loadersFor(loaders, broadcast).attachments.load(id)
  const own = await Promise.all(attachmentIds.map((each) => loaders.attachment.load(each)))
  return own.filter((each) => each !== null)
}
