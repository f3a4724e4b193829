import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Application, openApplication } from '../application.ts'
import { exportTrail } from '../audit/export-trail.ts'
import { openNote, printPublicKey, readPublicKey, verifierKey } from '../audit/note.ts'
import { recordActNow } from '../audit/record-act.ts'
import { sealPending } from '../audit/seal-company.ts'
import { readHead } from '../audit/seal-statements.ts'
import { verifyStoredTrail } from '../audit/stored-trail.ts'
import { verifyExport } from '../audit/verify-export.ts'
import type { AuditProblem } from '../audit/verify-trail.ts'
import { findCompany } from '../companies/find-company.ts'
import { companyIds } from '../companies/operations/create-company.ts'
import type { Services } from '../context.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

interface Options {
  company?: string
  json?: boolean
}

interface Verified {
  company: string
  size: number
  problems: AuditProblem[]
}

/** Verifies the trails of one company or all, or an export without a database. The process fails if there is a problem. */
export async function auditVerify({
  company,
  file,
  key,
  json,
}: Options & { file?: string; key?: string }): Promise<void> {
  if (file === undefined && key === undefined)
    return withApplication(async ({ services }) => {
      const verified: Verified[] = []
      for (const id of await companiesOf(services, company)) verified.push(await verifyCompany(services, id))
      tell(verified, json)
    })
  const publicKey = readPublicKey(key ?? '')
  if (file === undefined || !publicKey)
    throw new StartupProblem(
      'An export is verified with --file and --key, the public key that `audit key` has printed where the trail was made.',
    )
  tell([await verifyExport(file, publicKey)], json)
}

/** Writes a company's trail with its notes to a file, as JSON Lines. */
export function auditExport({ company, file }: { company: string; file: string }): Promise<void> {
  return withApplication(async ({ services }) => {
    const { database, keyring, audit } = services
    const { id: companyId } = await findCompany(database, company)
    await sealPending({ database, ...audit }, companyId)
    const tenant = database.forSystem(companyId)
    const [head] = await tenant.query(readHead, { companyId })
    const size = head?.size ?? 0
    const lines = exportTrail({ companyId, tenant, keys: await keyring.forCompany(companyId), size })
    await pipeline(
      Readable.from(lines).map((line: string) => `${line}\n`),
      createWriteStream(file, { mode: 0o600 }),
    )
    process.stdout.write(`Wrote ${size} events to ${file}.\n`)
  })
}

/** Prints the public key of the notes, or the verifier key of one company's log. */
export function auditKey({ company }: Options): Promise<void> {
  return withApplication(async ({ services }) => {
    const { publicKey } = services.audit.key
    const found = company === undefined ? undefined : await findCompany(services.database, company)
    process.stdout.write(`${found ? verifierKey(publicKey, found.id) : printPublicKey(publicKey)}\n`)
  })
}

/** Records in each trail that is behind its latest note that the database was restored, so that sealing goes on. */
export function auditRestored({ company, json }: Options): Promise<void> {
  return withApplication(async ({ services }) => {
    const restored: { company: string; size: number; note: string }[] = []
    for (const companyId of await companiesOf(services, company)) {
      const note = await noteAhead(services, companyId)
      if (!note) continue
      const tenant = services.database.forSystem(companyId)
      const detail = { size: note.size, root: note.root.toString('base64'), note: note.text }
      await recordActNow(tenant, { kind: 'audit.restored', detail })
      restored.push({ company: companyId, size: note.size, note: note.text })
    }
    const lines = restored.map(
      ({ company: id, size }) => `${id}: restored from before the note of ${size} events\n`,
    )
    process.stdout.write(
      json ? `${JSON.stringify(restored)}\n` : lines.join('') || 'No trail is behind its latest note.\n',
    )
  })
}

/** The latest note beside the keys, if it signs what the database does not have. */
async function noteAhead({ database, audit }: Services, companyId: string) {
  const latest = await audit.notes.latest(companyId)
  const signed = latest && openNote(latest.note, companyId, audit.key.publicKey)
  const [head] = await database.forSystem(companyId).query(readHead, { companyId })
  return signed && signed.size > (head?.size ?? 0) ? { ...signed, text: latest.note } : undefined
}

async function verifyCompany(services: Services, companyId: string): Promise<Verified> {
  const { database, audit } = services
  await sealPending({ database, ...audit }, companyId)
  const kept = await audit.notes.all(companyId)
  const tenant = database.forSystem(companyId)
  const problems = await verifyStoredTrail({ companyId, tenant, kept, key: audit.key })
  const [head] = await tenant.query(readHead, { companyId })
  return { company: companyId, size: head?.size ?? 0, problems }
}

function tell(verified: readonly Verified[], json: boolean | undefined): void {
  const lines = verified.flatMap(({ company, size, problems }) => [
    `${company}: ${size} events, ${problems.length === 0 ? 'whole' : `${problems.length} problems`}\n`,
    ...problems.map(({ index, detail }) => `  ${index === null ? '' : `at ${index}: `}${detail}\n`),
  ])
  process.stdout.write(json ? `${JSON.stringify(verified)}\n` : lines.join(''))
  if (verified.some(({ problems }) => problems.length > 0)) process.exitCode = 1
}

async function companiesOf({ database }: Services, company: string | undefined): Promise<string[]> {
  return company === undefined ? companyIds(database) : [(await findCompany(database, company)).id]
}

function withApplication(work: (application: Application) => Promise<void>): Promise<void> {
  return withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      await work(application)
    } finally {
      await application.close()
    }
  })
}
