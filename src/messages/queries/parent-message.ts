import type { Context } from '../../context.ts'
import { loadersFor } from '../../loaders.ts'
import type { MessageRow } from '../message-row.ts'
import { recorded } from './record-audited-read.ts'

/** Returns the message that a message replies to. Null if there is none that is shown. */
export async function parentOf(context: Context, message: MessageRow): Promise<MessageRow | null> {
  if (!message.parentId) return null
  const parent = await loadersFor(context.loaders, message).message.load(message.parentId)
  return recorded(context, message, parent, () => ({ part: 'parent', messageId: message.parentId }))
}
