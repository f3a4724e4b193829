import type { Context } from '../context.ts'
import type { MessageRow } from './message-row.ts'

/** Decrypts one text of a message; null if it has none or was retracted. */
export async function readText(
  context: Context,
  message: MessageRow,
  field: 'body' | 'subject' | 'metadata',
): Promise<string | null> {
  const envelope = message[field]
  if (envelope === null || message.state === 'RETRACTED') return null
  const keys = await context.keys()
  const { id: messageId, conversationId } = message
  // Metadata stay as sent.
  const revision = field === 'metadata' ? 0 : message.revision
  return keys.decrypt(envelope, { field, conversationId, messageId, revision })
}
