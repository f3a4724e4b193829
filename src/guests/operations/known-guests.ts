import type { Transaction } from '../../database/tenant-client.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import type { NumberedGuest } from '../guest-input.ts'
import type { GuestRow } from '../guest-row.ts'
import type { KnownGuest } from '../judge-guest.ts'
import { openGuestText, phoneHash } from '../seal-guest.ts'

/** Returns the guests that the rows of an import name, by externalId and by phone. */
export async function readKnownGuests(
  transaction: Transaction,
  companyId: string,
  keys: CompanyKeys,
  rows: readonly NumberedGuest[],
): Promise<{ byExternalId: Map<string, KnownGuest>; byPhone: Map<string, KnownGuest> }> {
  const externalIds = rows.flatMap(({ row }) => row.externalId ?? [])
  const hashes = rows.flatMap(({ row }) => (row.phone ? [phoneHash(keys, row.phone)] : []))
  const found = await transaction.guest.findMany({
    where: {
      companyId,
      erasedAt: null,
      OR: [
        { externalId: { in: externalIds } },
        { phoneHash: { in: hashes.map((hash) => Uint8Array.from(hash)) } },
      ],
    },
  })
  const guests = found.map((guest) => decrypted(keys, guest))
  return {
    byExternalId: new Map(guests.flatMap((guest) => (guest.externalId ? [[guest.externalId, guest]] : []))),
    byPhone: new Map(guests.flatMap((guest) => (guest.phone ? [[guest.phone, guest]] : []))),
  }
}

function decrypted(
  keys: CompanyKeys,
  guest: { [Name in 'name' | 'phone' | 'email']: Uint8Array | null } & Omit<
    GuestRow,
    'name' | 'phone' | 'email' | 'consent'
  > & { consent: string },
): KnownGuest {
  const { id, externalId, timeZone, needsConsentReview } = guest
  const sealed = guest as GuestRow
  return {
    id,
    externalId,
    timeZone,
    needsConsentReview,
    consent: sealed.consent,
    name: openGuestText(keys, sealed, 'name'),
    phone: openGuestText(keys, sealed, 'phone'),
    email: openGuestText(keys, sealed, 'email'),
  }
}

/** Returns those of the phone hashes, in hexadecimal, whose latest change of consent in the company was an opt-out. */
export async function readOptedOut(
  transaction: Transaction,
  companyId: string,
  hashes: readonly Buffer[],
): Promise<Set<string>> {
  const wanted = hashes.map((hash) => hash.toString('hex'))
  const rows = await transaction.$queryRaw<{ hash: string }[]>`
    select encode(w.hash, 'hex') as hash
    from (select distinct decode(u.hash, 'hex') as hash from unnest(${wanted}::text[]) u (hash)) w
    cross join lateral (
      select e.state from consent_events e where e.company_id = ${companyId}::uuid and e.phone_hash = w.hash
      order by e.id desc limit 1
    ) latest
    where latest.state = 'OPTED_OUT'`
  return new Set(rows.map(({ hash }) => hash))
}
