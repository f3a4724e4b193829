import type { Context } from '../../context.ts'
import { DecryptionError } from '../../encryption/errors.ts'
import { locationOfText } from '../../messages/queries/message-text.ts'
import type { BroadcastRow } from '../broadcast-row.ts'

/** Decrypts a text of a broadcast. Empty once its message is retracted, and for an overseer whom it is not for. */
export async function readBroadcastText(
  context: Context,
  broadcast: BroadcastRow,
  field: 'subject' | 'body',
): Promise<string> {
  const envelope = broadcast[field]
  if (envelope === null || broadcast.isRetracted || broadcast.oversight?.audits === false) return ''
  if (!broadcast.isLatest) throw new DecryptionError()
  const location = locationOfText({ ...broadcast, conversationId: broadcast.id }, field)
  return (await context.keys()).decrypt(envelope, location)
}
