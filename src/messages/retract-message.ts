import { z } from 'zod'
import type { Context } from '../context.ts'
import type { Statement } from '../database/database.ts'
import { id, parseInput } from '../input.ts'
import type { MessageRow } from './message-row.ts'
import { requireMessage } from './require-message.ts'

const schema = z.object({ messageId: id('Message') })

const retract: Statement = {
  name: 'retract_message',
  text: `select app.retract_message($1, $2, $3)::text as position`,
}

/**
 * Takes a message back for everyone: by its author as long as the company allows, or with MESSAGE_MODERATE (features 3.7).
 * Once more changes nothing. Throws NotFoundError, PermissionDeniedError.
 */
export async function retractMessage(context: Context, input: unknown): Promise<{ message: MessageRow }> {
  const { messageId } = parseInput(schema, input)
  const { viewer, tenant, parts } = context
  const values = [viewer.companyId, viewer.userId, messageId]
  const [retracted] = await tenant.call<{ position: string | null }>(retract, values)
  if (retracted?.position) parts.live.wake(viewer.companyId, Number(retracted.position))
  return { message: await requireMessage(context, messageId) }
}
