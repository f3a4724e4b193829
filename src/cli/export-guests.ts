import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { openApplication } from '../application.ts'
import { findCompany } from '../companies/find-company.ts'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { GuestRow } from '../guests/guest-row.ts'
import { guestsPage } from '../guests/guest-row.ts'
import { openGuestText } from '../guests/seal-guest.ts'
import { withDatabaseInUse } from './database-in-use.ts'

const PAGE = 500

const deliveriesAfter = statement({
  name: 'export_deliveries',
  parameters: ['companyId', 'afterId', 'max'],
  row: rowsOf<{
    id: string
    messageId: string
    guestId: string
    externalId: string | null
    status: string
    code: string | null
    segments: number
    changedAt: Date
  }>(),
  text: `select d.id, d.guest_message_id as "messageId", d.guest_id as "guestId", g.external_id as "externalId", d.status,
      d.provider_code as code, d.segments, d.changed_at as "changedAt"
    from guest_deliveries d join guests g on g.company_id = d.company_id and g.id = d.guest_id
    where d.company_id = :companyId and (:afterId::uuid is null or d.id > :afterId) order by d.id limit :max`,
})

/**
 * Prints a company's guests or deliveries as CSV (RFC 4180) in UTF-8. A value that a spreadsheet would run as a formula begins
 * with an apostrophe.
 */
export async function exportGuests(kind: 'guests' | 'deliveries', reference: string): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const { services } = application
      const { id: companyId } = await findCompany(services.database, reference)
      const rows = kind === 'guests' ? guestRows(services, companyId) : deliveryRows(services, companyId)
      await write(rows)
    } finally {
      await application.close()
    }
  })
}

async function* guestRows(services: Services, companyId: string): AsyncGenerator<Record<string, unknown>> {
  const keys = await services.keyring.forCompany(companyId)
  const tenant = services.database.forSystem(companyId)
  for (let beforeId: string | null = null; ; ) {
    const page: GuestRow[] = await tenant.query(guestsPage, { companyId, consent: null, beforeId, max: PAGE })
    for (const guest of page) yield readable(keys, guest)
    beforeId = page.at(-1)?.id ?? null
    if (page.length < PAGE) return
  }
}

function readable(keys: CompanyKeys, guest: GuestRow): Record<string, unknown> {
  const { externalId, timeZone, consent, needsConsentReview } = guest
  const [name, phone, email] = (['name', 'phone', 'email'] as const).map((field) =>
    openGuestText(keys, guest, field),
  )
  return { externalId, name, phone, email, timeZone, consent, needsConsentReview: String(needsConsentReview) }
}

async function* deliveryRows(services: Services, companyId: string): AsyncGenerator<Record<string, unknown>> {
  const tenant = services.database.forSystem(companyId)
  for (let afterId: string | null = null; ; ) {
    const page: { id: string; changedAt: Date }[] = await tenant.query(deliveriesAfter, {
      companyId,
      afterId,
      max: PAGE,
    })
    for (const row of page) yield { ...row, changedAt: row.changedAt.toISOString() }
    afterId = page.at(-1)?.id ?? null
    if (page.length < PAGE) return
  }
}

async function write(rows: AsyncGenerator<Record<string, unknown>>): Promise<void> {
  const csv = stringify({ header: true, escape_formulas: true, record_delimiter: 'windows' })
  const printed = (csv as Readable).pipe(process.stdout, { end: false })
  const ended = once(csv, 'end')
  for await (const row of rows) if (!csv.write(row)) await once(csv, 'drain')
  csv.end()
  await ended
  if (printed.writableLength > 0) await once(printed, 'drain')
}
