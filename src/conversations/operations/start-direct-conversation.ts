import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { InvalidInputError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { directConversationId } from '../direct-id.ts'
import { requireConversation } from '../queries/require-conversation.ts'

const schema = z.object({ userId: id('User') })

const startDirect = statement({
  name: 'start_direct',
  parameters: ['companyId', 'viewerId', 'conversationId', 'userId'],
  row: rowsOf<{ position: string | null }>(),
  text: `select app.start_direct(:companyId, :viewerId, :conversationId, :userId)::text as position`,
})

/** Finds or creates the direct conversation with a member of the company. Throws NotFoundError, InvalidInputError. */
export async function startDirectConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'CONVERSATION_DIRECT')
  const { userId } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  if (userId === viewer.userId) {
    throw new InvalidInputError([{ path: ['userId'], detail: 'You cannot write to yourself.' }])
  }
  const conversationId = directConversationId(viewer.companyId, viewer.userId, userId)
  const [started] = await tenant.call(startDirect, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    conversationId,
    userId,
  })
  if (started?.position) services.live.notify(viewer.companyId, Number(started.position))
  return { conversation: await requireConversation(context, conversationId) }
}
