import type { Context } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import type { MessageRow } from '../message-row.ts'
import { recorded } from './record-audited-read.ts'

/** Returns the latest message of a conversation. Null if there is none that is shown. */
export function lastMessageOf(
  context: Context,
  { id: conversationId, lastMessage, view }: ConversationRow,
): Promise<MessageRow> | MessageRow | null {
  if (!lastMessage || !view) return lastMessage
  const { id: messageId } = lastMessage
  return recorded(context, { conversationId, view }, lastMessage, () => ({ part: 'lastMessage', messageId }))
}
