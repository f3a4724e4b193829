import type { Context } from '../../context.ts'
import { NotFoundError } from '../../errors.ts'
import type { GuestRow } from '../guest-row.ts'

/** Returns a guest of the company, also an erased one. Throws NotFoundError. */
export async function requireGuest({ loaders }: Context, guestId: string): Promise<GuestRow> {
  const guest = await loaders.guest.load(guestId)
  if (!guest) throw new NotFoundError('There is no such guest.')
  return guest
}
