import type { Context } from '../../context.ts'
import { NotFoundError } from '../../errors.ts'
import type { MessageRow } from '../message-row.ts'

/**
 * Returns the message if the viewer may read it. Throws NotFoundError if it is unknown, hidden or of another company.
 */
export async function requireMessage(context: Context, messageId: string): Promise<MessageRow> {
  const message = await context.loaders.message.clear(messageId).load(messageId)
  if (!message) throw new NotFoundError('There is no such message.')
  return message
}
