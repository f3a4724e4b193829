import { fairWork } from '../../concurrency/fair-work.ts'
import { type Context, requirePermission } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { InvalidInputError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { type GuestInput, type GuestProblem, type NumberedGuest, readGuestRows } from '../guest-input.ts'
import { type GuestFields, judgeGuest, type KnownGuest } from '../judge-guest.ts'
import { phoneHash } from '../seal-guest.ts'
import { readKnownGuests, readOptedOut } from './known-guests.ts'
import { type GuestWrite, writeGuests } from './write-guests.ts'

/** The result of an import. */
export interface UpsertedGuests {
  created: number
  updated: number
  unchanged: number
  problems: GuestProblem[]
}

/** Sealing the texts of a guest takes some 50 µs. */
const GUESTS_AT_ONCE = 40

/**
 * Creates and updates guests of the company, by externalId or else by phone. Requires GUEST_MESSAGE. It is idempotent:
 * fields that are left out stay as they are. Rows with problems are reported and the others applied. Imports of one
 * company run one after another. Throws InvalidInputError for more than 1,000 rows.
 */
export async function upsertGuests(context: Context, input: { guests: unknown[] }): Promise<UpsertedGuests> {
  requirePermission(context, 'GUEST_MESSAGE')
  if (input.guests.length > 1000) {
    throw new InvalidInputError([{ path: ['guests'], detail: 'At most 1,000 guests are taken at once.' }])
  }
  const { viewer, tenant, services } = context
  const { companyId } = viewer
  const { rows, problems } = await readGuestRows(input.guests)
  if (rows.length === 0) return { created: 0, updated: 0, unchanged: 0, problems }
  const keys = await context.keys()
  const { plan, position } = await tenant.transaction(async (transaction) => {
    await transaction.$queryRaw`select pg_advisory_xact_lock(hashtextextended('guests ' || ${companyId}, 0))::text`
    const plan = await planWrites(transaction, companyId, keys, rows)
    return { plan, position: await writeGuests(transaction, companyId, keys, plan.writes) }
  })
  if (position !== null) services.live.notify(companyId, position)
  const all = [...problems, ...plan.problems].sort((one, other) => one.index - other.index)
  return { ...plan.counts, problems: all }
}

interface Plan {
  counts: { created: number; updated: number; unchanged: number }
  problems: GuestProblem[]
  writes: GuestWrite[]
}

async function planWrites(
  transaction: Transaction,
  companyId: string,
  keys: CompanyKeys,
  rows: NumberedGuest[],
): Promise<Plan> {
  const known = await readKnownGuests(transaction, companyId, keys, rows)
  const hashes = rows.flatMap(({ row }) => (row.phone ? [phoneHash(keys, row.phone)] : []))
  const optedOut = await readOptedOut(transaction, companyId, hashes)
  const wasOptedOut = (phone: string) => optedOut.has(phoneHash(keys, phone).toString('hex'))
  const plan: Plan = { counts: { created: 0, updated: 0, unchanged: 0 }, problems: [], writes: [] }
  const done = fairWork(GUESTS_AT_ONCE)
  for (const { index, row } of rows) {
    await done(1)
    const guest = find(row, known)
    const verdict =
      guest === 'taken' ? { problem: 'Another guest has this phone.' } : judgeGuest(row, guest, wasOptedOut)
    if (verdict === 'unchanged') plan.counts.unchanged += 1
    else if ('problem' in verdict) plan.problems.push({ index, detail: verdict.problem })
    else {
      const before = guest === 'taken' ? undefined : guest
      plan.counts[before ? 'updated' : 'created'] += 1
      plan.writes.push({ ...verdict, id: before?.id ?? newId(), isNew: !before })
      if (before) note(known, before, verdict.write)
    }
  }
  return plan
}

/** The guests of an import by what a row may name them by. */
interface Known {
  byExternalId: Map<string, KnownGuest>
  byPhone: Map<string, KnownGuest>
}

/** A guest without an externalId may get one by their phone; one with another externalId is somebody else. */
function find({ externalId, phone }: GuestInput, known: Known): KnownGuest | undefined | 'taken' {
  const named = externalId == null ? undefined : known.byExternalId.get(externalId)
  const holder = phone == null ? undefined : known.byPhone.get(phone)
  if (!holder || holder.id === named?.id) return named
  if (named || (externalId != null && holder.externalId !== null)) return 'taken'
  return holder
}

/** A later row sees the phone that an earlier one has given up or taken. */
function note({ byPhone }: Known, before: KnownGuest, { phone }: GuestFields): void {
  if (before.phone !== null) byPhone.delete(before.phone)
  if (phone !== null) byPhone.set(phone, { ...before, phone })
}
