import type { Context } from '../../context.ts'
import type { AssociatedData } from '../../encryption/associated-data.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { DecryptionError } from '../../encryption/errors.ts'
import type { MessageRow } from '../message-row.ts'

/** The encrypted fields of a message. */
export type TextField = 'body' | 'subject' | 'metadata'

/** The columns of a message that the location of its texts is made of. */
type Written = Pick<MessageRow, 'id' | 'conversationId' | 'authorId' | 'revision'>

/**
 * Decrypts one field of a message, at once if the company's keys are loaded. Null if it is empty,
 * retracted, or not for the overseer that it is shown to.
 */
export function readText(
  context: Context,
  message: MessageRow,
  field: TextField,
): Promise<string | null> | string | null {
  const envelope = message[field]
  if (envelope === null || message.state === 'RETRACTED' || message.oversight?.audits === false) return null
  if (!message.isLatest) throw new DecryptionError()
  const location = locationOfText(message, field)
  const keys = context.loadedKeys()
  return keys
    ? keys.decrypt(envelope, location)
    : context.keys().then((loaded) => loaded.decrypt(envelope, location))
}

/** Returns the location of one field of a message. Metadata cannot be edited, so their location has no revision. */
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

/** Encrypts one field again under the location of a replaced or retracted text. Throws DecryptionError. */
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
