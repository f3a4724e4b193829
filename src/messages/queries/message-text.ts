import type { Context } from '../../context.ts'
import type { AssociatedData } from '../../encryption/associated-data.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { DecryptionError } from '../../encryption/errors.ts'
import type { MessageRow } from '../message-row.ts'

/** A text that a message may have. */
export type TextField = 'body' | 'subject' | 'metadata'

/** Who wrote which message, and how often it was edited. */
type Written = Pick<MessageRow, 'id' | 'conversationId' | 'authorId' | 'revision'>

/** Decrypts one text of a message; null if it has none or was retracted. */
export async function readText(
  context: Context,
  message: MessageRow,
  field: TextField,
): Promise<string | null> {
  const envelope = message[field]
  if (envelope === null || message.state === 'RETRACTED') return null
  if (!message.isLatest) throw new DecryptionError()
  return (await context.keys()).decrypt(envelope, locationOfText(message, field))
}

/** The location of one text of a message. Metadata stay as sent, whatever is edited. */
export function locationOfText(
  { id: messageId, conversationId, authorId, revision }: Written,
  field: TextField,
  standing: 'current' | 'replaced' | 'retracted' = 'current',
): AssociatedData {
  return {
    field,
    conversationId,
    messageId,
    authorId,
    revision: field === 'metadata' ? 0 : revision,
    standing,
  }
}

/** One text of a message, encrypted anew as what it is once it was replaced or retracted. Throws DecryptionError. */
export function sealAnew(
  keys: CompanyKeys,
  message: Written & Partial<Pick<MessageRow, TextField>>,
  field: TextField,
  standing: 'replaced' | 'retracted',
): Buffer | null {
  const envelope = message[field]
  if (!envelope) return null
  const text = keys.decrypt(envelope, locationOfText(message, field))
  return keys.encrypt(text, locationOfText(message, field, standing))
}
