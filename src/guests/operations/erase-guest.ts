import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { id, parseInput } from '../../input.ts'
import type { GuestRow } from '../guest-row.ts'
import { requireGuest } from '../queries/require-guest.ts'

const schema = z.object({ guestId: id('Guest') })

const erase = statement({
  name: 'erase_guest',
  parameters: ['companyId', 'viewerId', 'guestId'],
  row: rowsOf<{ position: string }>(),
  text: 'select app.erase_guest(:companyId, :viewerId, :guestId)::text as position',
})

/**
 * Erases what is known about a guest, and what the guest wrote. Requires MEMBER_MANAGE. Changes of consent stay without
 * words, so that a guest who has opted out stays so when imported again. Throws InvalidInputError, NotFoundError.
 */
export async function eraseGuest(context: Context, input: unknown): Promise<{ guest: GuestRow }> {
  requirePermission(context, 'MEMBER_MANAGE')
  const { guestId } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  const [erased] = await context.tenant.call(erase, { companyId, viewerId: userId, guestId })
  if (erased) context.services.live.notify(companyId, Number(erased.position))
  return { guest: await requireGuest(context, guestId) }
}
