import { readBroadcastText } from '../../broadcasts/queries/broadcast-text.ts'
import type { Context } from '../../context.ts'
import { loadersFor } from '../../loaders.ts'
import { singleLine } from '../../text/single-line.ts'
import type { ConversationRow } from '../conversation-row.ts'

/** Returns the title as the viewer sees it: the title, the other person's name, or the subject of the broadcast. */
export async function conversationTitle(context: Context, conversation: ConversationRow): Promise<string> {
  const { id, kind, title, counterpartId, counterpartName } = conversation
  const { loaders } = context
  if (counterpartName != null) return counterpartName
  if (counterpartId) return (await loaders.user.load(counterpartId))?.name ?? title
  if (kind !== 'BROADCAST') return title
  const broadcast = await loadersFor(loaders, conversation).broadcast.load(id)
  // A subject is kept as it was written, and a title is one line.
  return broadcast ? singleLine(await readBroadcastText(context, broadcast, 'subject')) : title
}
