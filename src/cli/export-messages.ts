import { createWriteStream, existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { openApplication } from '../application.ts'
import { recordActNow } from '../audit/record-act.ts'
import { findCompany } from '../companies/find-company.ts'
import type { Services } from '../context.ts'
import type { ExportScope } from '../exports/exported-messages.ts'
import { sequencesToExport } from '../exports/exported-statements.ts'
import { manifestOf } from '../exports/manifest.ts'
import { checksumsOf } from '../exports/operations/checksums-of.ts'
import { type Written, writeExport } from '../exports/write-export.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'
import { progressBar } from './progress-bar.ts'

/** The messages to export, and the file to write. */
export interface ExportOptions {
  company: string
  from: Date
  to: Date
  format: 'csv' | 'jsonl'
  file: string
  json?: boolean
}

/**
 * Writes a company's messages of a span of time into a file that only this user may read, with a manifest beside it, as
 * requestExport does. Throws StartupProblem for a file that exists and a span that makes no sense.
 */
export async function exportMessages(options: ExportOptions): Promise<void> {
  const { from, to, file, json } = options
  if (from >= to) throw new StartupProblem('--to must be after --from.')
  if (to.getTime() > Date.now())
    throw new StartupProblem('--to is in the future: messages up to then are not there yet.')
  if (existsSync(file)) throw new StartupProblem(`${file} exists. Name another file, or delete it.`)
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const manifest = await write(application.services, options)
      const told = `Wrote ${manifest.messageCount} messages to ${file} (SHA-256 ${manifest.sha256}).\n`
      process.stdout.write(json ? `${JSON.stringify(manifest)}\n` : told)
    } finally {
      await application.close()
    }
  })
}

async function write(services: Services, options: ExportOptions): Promise<Record<string, unknown>> {
  const { company: reference, from, to, file } = options
  const format = options.format === 'csv' ? 'CSV' : 'JSONL'
  const company = await findCompany(services.database, reference)
  const scope: ExportScope = { from, to, userIds: null, conversationIds: null }
  const requestedAt = new Date()
  const detail = { format, from, to }
  await recordActNow(services.database.forSystem(company.id), { kind: 'export.written', detail })
  const written = await writeScope(services, company.id, scope, { format, file })
  const manifest = manifestOf({
    companyId: company.id,
    companyName: company.name,
    id: null,
    format,
    from,
    to,
    filter: { ...scope, withheld: null, files: written.files },
    requestedById: null,
    requestedByName: null,
    requestedAt,
    endedAt: new Date(),
    note: null,
    ...written,
  })
  await writeFile(`${file}.manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
  return manifest
}

/** The file has its name only once it is whole. */
async function writeScope(
  { attachments, database, keyring }: Services,
  companyId: string,
  scope: ExportScope,
  { format, file }: { format: 'CSV' | 'JSONL'; file: string },
): Promise<Written> {
  const tenant = database.forSystem(companyId)
  const draft = `${file}.draft`
  const [total] = await tenant.query(sequencesToExport, { companyId, from: scope.from })
  const bar = progressBar(process.stderr, total?.count ?? 0)
  let read = 0
  try {
    const checksumOf = checksumsOf(attachments.store, companyId)
    const source = { companyId, tenant, keys: () => keyring.forCompany(companyId), checksumOf }
    const written = await writeExport(source, scope, {
      format,
      write: (content) => pipeline(content, createWriteStream(draft, { mode: 0o600, flush: true })),
      onRead(sequences) {
        read += sequences
        bar.advance(sequences, `${read} of ${total?.count ?? 0} numbers`)
      },
    })
    await rename(draft, file)
    return written
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    bar.done()
  }
}
