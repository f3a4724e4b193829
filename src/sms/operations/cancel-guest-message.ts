import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import type { GuestMessageRow } from '../guest-message-row.ts'
import { requireGuestMessage } from './send-guest-message.ts'

const schema = z.object({ guestMessageId: id('GuestMessage') })

const cancel = statement({
  name: 'cancel_guest_message',
  parameters: ['companyId', 'viewerId', 'guestMessageId'],
  row: rowsOf<{ position: string | null }>(),
  text: 'select app.cancel_guest_message(:companyId, :viewerId, :guestMessageId)::text as position',
})

/**
 * Cancels what of a message has not been handed to the provider. Requires GUEST_MESSAGE. Throws InvalidInputError,
 * NotFoundError, and ConflictError if it is cancelled already or has been sent to everybody.
 */
export async function cancelGuestMessage(
  context: Context,
  input: unknown,
): Promise<{ guestMessage: GuestMessageRow }> {
  requirePermission(context, 'GUEST_MESSAGE')
  const { guestMessageId } = parseInput(schema, input)
  const { companyId, userId: viewerId } = context.viewer
  const [cancelled] = await context.tenant.call(cancel, { companyId, viewerId, guestMessageId })
  if (cancelled?.position) context.services.live.notify(companyId, Number(cancelled.position))
  return { guestMessage: await requireGuestMessage(context, guestMessageId) }
}
