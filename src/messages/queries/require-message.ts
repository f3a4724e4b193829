import type { Context } from '../../context.ts'
import { NotFoundError } from '../../errors.ts'
import type { MessageRow } from '../message-row.ts'

/** The message as the viewer may read it now; throws NotFoundError if it is unknown, hidden or foreign. */
export async function requireMessage(context: Context, messageId: string): Promise<MessageRow> {
  const message = await context.loaders.message.clear(messageId).load(messageId)
  if (!message) throw new NotFoundError('There is no such message.')
  return message
}
