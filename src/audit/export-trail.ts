import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import { leafOf } from './audit-row.ts'
import { openClient, originColumns } from './origins.ts'
import { eventsFrom } from './seal-statements.ts'
import { checkpointsAfter } from './stored-trail.ts'

/** The first member of an export's first line. */
export const EXPORT_FORMAT = 'colloquy-audit/1'

const AT_ONCE = 1_000

const originsAfter = statement({
  name: 'audit_origins_after',
  parameters: ['companyId', 'after', 'max'],
  row: originColumns,
  text: `select ${originColumns.of('o')} from audit_origins o
    where o.company_id = :companyId and (:after::bytea is null or o.id > :after) and o.sealed is not null
    order by o.id limit :max`,
})

/** A trail to export, up to the events that are sealed. */
export interface ExportedTrail {
  companyId: string
  tenant: TenantDatabase
  keys: CompanyKeys
  size: number
}

/**
 * The lines of an export: a head, the notes, the events and the clients that they came from. The line of an event is its leaf,
 * byte for byte, so that whoever verifies it hashes lines and needs to know nothing of how they are made.
 */
export async function* exportTrail(trail: ExportedTrail): AsyncGenerator<string> {
  yield JSON.stringify({ format: EXPORT_FORMAT, company: trail.companyId, size: trail.size })
  yield* notesOf(trail)
  yield* leavesOf(trail)
  yield* clientsOf(trail)
}

async function* notesOf({ companyId, tenant, size: upTo }: ExportedTrail): AsyncGenerator<string> {
  for (let after = 0; after < upTo; ) {
    const rows = await tenant.query(checkpointsAfter, { companyId, after, upTo, max: AT_ONCE })
    for (const { note } of rows) yield JSON.stringify({ note })
    after = rows.at(-1)?.size ?? upTo
  }
}

async function* leavesOf({ companyId, tenant, size }: ExportedTrail): AsyncGenerator<string> {
  for (let from = 0; from < size; ) {
    const rows = await tenant.query(eventsFrom, { companyId, from, max: Math.min(AT_ONCE, size - from) })
    for (const row of rows) if (row.index < size) yield leafOf(companyId, row)
    from = rows.length === 0 ? size : (rows.at(-1)?.index ?? size) + 1
  }
}

async function* clientsOf({ companyId, tenant, keys }: ExportedTrail): AsyncGenerator<string> {
  for (let after: Buffer | null = null; ; ) {
    const rows: { id: Buffer; salt: Buffer | null; sealed: Buffer | null }[] = await tenant.query(
      originsAfter,
      { companyId, after, max: AT_ONCE },
    )
    for (const { id, salt, sealed } of rows) {
      if (!salt || !sealed) continue
      const { address, userAgent } = openClient(keys, id, sealed)
      yield JSON.stringify({ origin: id.toString('hex'), salt: salt.toString('hex'), address, userAgent })
    }
    if (rows.length < AT_ONCE) return
    after = rows.at(-1)?.id ?? null
  }
}
