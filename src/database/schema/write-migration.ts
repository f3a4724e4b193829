/**
 * Run by `npm run migration -- <name>`: writes a migration from the changes in prisma/schema.prisma and prisma/sql, and
 * prints prisma/schema.sql and prisma/grants.json again. Without a change it only prints.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openDataDirectory } from '../../data-directory/data-directory.ts'
import { startEmbeddedPostgres } from '../embedded/start-embedded-postgres.ts'
import { migrate, schemaDrift } from '../migrate.ts'
import { prismaDirectory, readMigrations } from '../migration-files.ts'
import { prepareDatabase, withClient } from '../roles.ts'
import { describeSchema, printGrants, printSchema } from './describe-schema.ts'
import { planSqlFiles } from './plan-migration.ts'

const log = pino({ level: 'warn' })

/** Runs `work` with the owner's URL of a database with all migrations applied. */
async function onMigratedDatabase<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'colloquy-migration-'))
  const dataDirectory = await openDataDirectory(path, { exclusive: true })
  const postgres = await startEmbeddedPostgres({ dataDirectory, log })
  try {
    const { ownerUrl } = await prepareDatabase(postgres.adminUrl, 'colloquy')
    await migrate({ url: ownerUrl, log })
    return await work(ownerUrl)
  } finally {
    await postgres.stop()
    await dataDirectory.release()
    await rm(path, { recursive: true })
  }
}

async function writeMigration(name: string): Promise<void> {
  const migrations = join(prismaDirectory(), 'migrations')
  await onMigratedDatabase(async (ownerUrl) => {
    const tables = await schemaDrift(ownerUrl)
    const script = await withClient(ownerUrl, async (client) => {
      if (tables) await client.query(tables)
      return planSqlFiles(client)
    })
    if (!tables && !script) return process.stdout.write('Nothing to migrate.\n')
    const latest = (await readMigrations(migrations)).at(-1)?.name ?? ''
    const now = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
    const folder = join(migrations, `${now > latest ? now : `${Number(latest.slice(0, 14)) + 1}`}_${name}`)
    await mkdir(folder)
    await writeFile(join(folder, 'migration.sql'), [tables, script].filter(Boolean).join('\n'))
    return process.stdout.write(`Wrote ${folder}. Read it before you commit it.\n`)
  })
  await onMigratedDatabase(async (ownerUrl) => {
    const description = await withClient(ownerUrl, describeSchema)
    await writeFile(join(prismaDirectory(), 'schema.sql'), printSchema(description))
    await writeFile(join(prismaDirectory(), 'grants.json'), printGrants(description))
  })
}

const [name] = process.argv.slice(2)
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write('Name the migration in lower case: npm run migration -- add_reports\n')
  process.exitCode = 1
} else {
  await writeMigration(name)
}
