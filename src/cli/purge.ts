import { openApplication } from '../application.ts'
import { findCompany } from '../companies/find-company.ts'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { encodeId } from '../ids.ts'
import { countOf, type MessageCounts } from '../retention/count-messages.ts'
import { type Purged, purge as purgeAll } from '../retention/purge.ts'
import { withDatabaseInUse } from './database-in-use.ts'
import { progressBar } from './progress-bar.ts'

/** The extent of a purge. */
export interface PurgeCommandOptions {
  /** A company's name, external id or id. Undefined means all, and what belongs to none. */
  company?: string
  /** True if it is only counted. */
  dryRun?: boolean
  json?: boolean
}

/** A company, and the numbers of its messages before and after the purge. */
interface PurgedCompany {
  id: string
  name: string
  before: MessageCounts
  after: MessageCounts | null
}

const everyCompany = statement({
  name: 'every_company',
  row: rowsOf<{ id: string; name: string }>(),
  text: 'select c.id, c.name from companies c order by c.name, c.id',
})

/**
 * Deletes data that has reached its retention time, as the server does periodically, or counts it. Throws NotFoundError,
 * ConflictError.
 */
export async function purge({ company, dryRun = false, json }: PurgeCommandOptions): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const { services } = application
      const found =
        company === undefined
          ? await services.database.acrossCompanies(everyCompany, {})
          : [await findCompany(services.database, company)]
      const companies = await counted(services, found)
      const purged = dryRun ? null : await purgeCounted(services, companies, company !== undefined)
      process.stdout.write(
        json ? `${JSON.stringify(asJson(companies, purged))}\n` : inWords(companies, purged),
      )
      if (purged && purged.failedCompanies > 0) process.exitCode = 1
    } finally {
      await application.close()
    }
  })
}

async function counted(services: Services, found: { id: string; name: string }[]): Promise<PurgedCompany[]> {
  const companies: PurgedCompany[] = []
  for (const { id, name } of found)
    companies.push({ id, name, before: await countIn(services, id), after: null })
  return companies
}

function countIn({ database, retentionDaysDefault }: Services, companyId: string): Promise<MessageCounts> {
  return countOf(database.forSystem(companyId), retentionDaysDefault)
}

async function purgeCounted(services: Services, companies: PurgedCompany[], isOne: boolean): Promise<Purged> {
  const total = companies.reduce((sum, { before }) => sum + before.due + before.dueSms, 0)
  const bar = progressBar(process.stderr, total)
  let deleted = 0
  const purged = await purgeAll(services, {
    ...(isOne && { companyIds: companies.map(({ id }) => id) }),
    onCount(kind, rows) {
      if (!['messages', 'guestMessages', 'inboundMessages'].includes(kind)) return
      deleted += rows
      bar.advance(rows, `${deleted} of ${total} messages deleted`)
    },
  })
  bar.done()
  for (const company of companies) company.after = await countIn(services, company.id)
  return purged
}

function asJson(companies: PurgedCompany[], purged: Purged | null) {
  return {
    ...purged,
    companies: companies.map(({ id, ...company }) => ({ companyId: encodeId('Company', id), ...company })),
  }
}

function inWords(companies: PurgedCompany[], purged: Purged | null): string {
  const lines = companies.map(({ name, before, after }) => {
    const held = before.held > 0 ? `, ${before.held} of them under a legal hold` : ''
    const due = `${before.due} of ${before.stored} messages and ${before.dueSms} SMS are past their retention${held}`
    return after ? `${name}: ${due}; ${after.stored} messages are left.` : `${name}: ${due}.`
  })
  if (!purged) return `${[...lines, 'Nothing was deleted.'].join('\n')}\n`
  const { messages, guestMessages, inboundMessages, events, idempotencyKeys, failedCompanies } = purged
  lines.push(
    `Deleted ${messages} messages, ${guestMessages + inboundMessages} SMS, ${events} events and ${idempotencyKeys} idempotency keys that were past their time.`,
  )
  const whose = failedCompanies === 1 ? 'one company' : `${failedCompanies} companies`
  if (failedCompanies > 0)
    lines.push(`Those of ${whose} could not be deleted; the log says why. Run it again.`)
  return `${lines.join('\n')}\n`
}
