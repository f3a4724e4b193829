import { z } from 'zod'
import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import { accessRules } from '../../visibility/access-rules.ts'
import type { MessageRow } from '../message-row.ts'
import { requireMessage } from '../queries/require-message.ts'

const schema = z.object({ messageId: id('Message'), rules: accessRules })

const setAccess = statement({
  name: 'set_message_access',
  parameters: ['companyId', 'viewerId', 'messageId', 'rules'],
  row: rowsOf<{ position: string }>(),
  text: 'select app.set_message_access(:companyId, :viewerId, :messageId, :rules)::text as position',
})

/**
 * Replaces the access rules of a message: its author, or a holder of MESSAGE_MODERATE who sees it. Throws PermissionDeniedError,
 * InvalidInputError, and NotFoundError, also for a role or person that the company does not have. A moderator may lose sight of
 * the message by it; then the message is returned as it was.
 */
export async function setMessageAccess(context: Context, input: unknown): Promise<{ message: MessageRow }> {
  const { messageId, rules } = parseInput(schema, input)
  const { viewer, tenant, services, loaders } = context
  const before = await requireMessage(context, messageId)
  const [changed] = await tenant.call(setAccess, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    messageId,
    rules: JSON.stringify(rules),
  })
  services.live.notify(viewer.companyId, Number(changed?.position))
  loaders.accessRules.clear(messageId)
  const after = await loaders.message.clear(messageId).load(messageId)
  return { message: after ?? { ...before, isRestricted: rules.length > 0 } }
}
