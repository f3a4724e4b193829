import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { InvalidInputError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { directConversationId } from '../direct-id.ts'
import { requireConversation } from '../queries/require-conversation.ts'

const schema = z.object({ userId: id('User') })

const startDirect: Statement = {
  name: 'start_direct',
  text: `select app.start_direct($1, $2, $3, $4)::text as position`,
}

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
  const [started] = await tenant.call<{ position: string | null }>(startDirect, [
    viewer.companyId,
    viewer.userId,
    conversationId,
    userId,
  ])
  if (started?.position) services.live.notify(viewer.companyId, Number(started.position))
  return { conversation: await requireConversation(context, conversationId) }
}
