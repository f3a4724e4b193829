import type { Transaction } from '../../database/tenant-client.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { newId } from '../../ids.ts'
import type { GuestFields } from '../judge-guest.ts'
import { sealGuest } from '../seal-guest.ts'

/** A guest to write. */
export interface GuestWrite {
  id: string
  isNew: boolean
  write: GuestFields
  consentChanged: boolean
}

/**
 * Writes guests and the changes of their consent. Returns the company's position, null if there was no event. New guests
 * are not told of live: an import of thousands would be a flood of events that nobody has asked for.
 */
export async function writeGuests(
  transaction: Transaction,
  companyId: string,
  keys: CompanyKeys,
  writes: readonly GuestWrite[],
): Promise<number | null> {
  if (writes.length === 0) return null
  const rows = writes.map(({ id, write, consentChanged, isNew }) => ({
    id,
    externalId: write.externalId,
    timeZone: write.timeZone,
    consent: write.consent,
    eventId: consentChanged ? newId() : null,
    isNew,
    ...hexadecimal(sealGuest(keys, id, write)),
  }))
  await writeRows(transaction, companyId, JSON.stringify(rows))
  return writeConsent(transaction, rows)
}

async function writeRows(transaction: Transaction, companyId: string, rows: string): Promise<void> {
  // A phone may pass from one guest of the import to another, so it is given up first.
  await transaction.$queryRaw`
    select app.give_up_phones(array(select r.id from jsonb_to_recordset(${rows}::jsonb) r (id uuid)))::text`
  await transaction.$executeRaw`
    insert into guests (company_id, id, external_id, name, phone, email, phone_hash, email_hash, words, time_zone, consent)
    select ${companyId}::uuid, r.id, r."externalId", decode(r.name, 'hex'), decode(r.phone, 'hex'), decode(r.email, 'hex'),
      decode(r."phoneHash", 'hex'), decode(r."emailHash", 'hex'), r.words, r."timeZone", r.consent
    from jsonb_to_recordset(${rows}::jsonb) r (id uuid, "externalId" text, name text, phone text, email text,
      "phoneHash" text, "emailHash" text, words bigint[], "timeZone" text, consent text)
    on conflict (company_id, id) do update set external_id = excluded.external_id, name = excluded.name,
      phone = excluded.phone, email = excluded.email, phone_hash = excluded.phone_hash, email_hash = excluded.email_hash,
      words = excluded.words, time_zone = excluded.time_zone`
  await transaction.$executeRaw`
    insert into consent_events (company_id, id, guest_id, phone_hash, state, source, recorded_by_id)
    select ${companyId}::uuid, r."eventId", r.id, decode(r."phoneHash", 'hex'), r.consent, 'IMPORT', app.bound_user()
    from jsonb_to_recordset(${rows}::jsonb) r (id uuid, "eventId" uuid, "phoneHash" text, consent text, "isNew" boolean)
    where r."isNew" and r."eventId" is not null`
}

async function writeConsent(
  transaction: Transaction,
  rows: readonly { id: string; eventId: string | null; consent: string; isNew: boolean }[],
): Promise<number | null> {
  const changes = rows.filter(({ isNew, eventId }) => !isNew && eventId !== null)
  if (changes.length === 0) return null
  const [changed] = await transaction.$queryRaw<{ position: bigint | null }[]>`
    select max(app.change_consent(r."eventId", r.id, r.consent, 'IMPORT', null, null)) as position
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) r (id uuid, "eventId" uuid, consent text)`
  return changed?.position == null ? null : Number(changed.position)
}

function hexadecimal(sealed: ReturnType<typeof sealGuest>) {
  const hex = (bytes: Buffer | null) => bytes?.toString('hex') ?? null
  return {
    name: hex(sealed.name),
    phone: hex(sealed.phone),
    email: hex(sealed.email),
    phoneHash: hex(sealed.phoneHash),
    emailHash: hex(sealed.emailHash),
    words: sealed.words.map(String),
  }
}
