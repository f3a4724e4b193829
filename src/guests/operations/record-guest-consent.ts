import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { ConflictError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { id, parseInput, shortText } from '../../input.ts'
import type { GuestRow } from '../guest-row.ts'
import { requireGuest } from '../queries/require-guest.ts'

const schema = z.object({
  guestId: id('Guest'),
  state: z.enum(['UNKNOWN', 'SUBSCRIBED', 'OPTED_OUT']),
  note: shortText(1000, 'The note').nullish(),
})

const change = statement({
  name: 'record_guest_consent',
  parameters: ['companyId', 'viewerId', 'eventId', 'guestId', 'state', 'note'],
  row: rowsOf<{ position: string | null; isKept: boolean }>(),
  text: `select c.position::text as position, c.is_kept as "isKept"
    from app.record_guest_consent(:companyId, :viewerId, :eventId, :guestId, :state, :note) c`,
})

/**
 * Records that a guest has subscribed or opted out in another way than by SMS, or decides whether words that read as a wish
 * to stop were one. Requires GUEST_MESSAGE. Throws InvalidInputError, NotFoundError, and ConflictError for a guest who has
 * said STOP: only START from the guest's phone ends that.
 */
export async function recordGuestConsent(context: Context, input: unknown): Promise<{ guest: GuestRow }> {
  requirePermission(context, 'GUEST_MESSAGE')
  const { guestId, state, note } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  const eventId = newId()
  const keys = await context.keys()
  const sealed = note ? keys.encrypt(note, { field: 'consent-note', recordId: eventId }) : null
  const values = { companyId, viewerId: userId, eventId, guestId, state, note: sealed }
  const [recorded] = await context.tenant.call(change, values)
  if (recorded?.isKept === false) {
    throw new ConflictError('This guest has opted out by SMS: only START from their phone ends that.')
  }
  if (recorded?.position) context.services.live.notify(companyId, Number(recorded.position))
  return { guest: await requireGuest(context, guestId) }
}
