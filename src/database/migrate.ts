import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'
import { type MigrationScript, prismaDirectory, readMigrations } from './migration-files.ts'
import { readState } from './migration-state.ts'

/** The database to migrate. The URL is the owner's; the directory of migrations defaults to the installed one. */
export interface MigrateOptions {
  url: string
  log: Logger
  directory?: string
}

/**
 * Applies the pending migrations and returns their names. Processes that start together wait for the one that migrates.
 * Each migration is one transaction, so it must not commit by itself. Throws StartupProblem with the name of the
 * migration.
 */
export async function migrate({
  url,
  log,
  directory = migrationsDirectory(),
}: MigrateOptions): Promise<string[]> {
  const migrations = await readMigrations(directory)
  const client = await connect(url)
  try {
    const found = await readState(client, migrations)
    if (found.unknown.length > 0)
      log.warn({ migrations: found.unknown }, 'the database is newer than this server')
    if (found.pending.length === 0) return []

    await waitForLock(client, log)
    const { pending, unfinished } = await readState(client, migrations)
    return pending.length === 0 ? [] : await apply(url, migrations, unfinished, log)
  } finally {
    await client.end()
  }
}

/**
 * Returns the names of the pending migrations. The role must be allowed to read `_prisma_migrations`. Throws
 * StartupProblem.
 */
export async function pendingMigrations(url: string, directory = migrationsDirectory()): Promise<string[]> {
  const client = await connect(url)
  try {
    return (await readState(client, await readMigrations(directory))).pending
  } finally {
    await client.end()
  }
}

/**
 * Returns the SQL by which the migrated database differs from schema.prisma, or an empty text. Policies, checks and
 * functions are not compared.
 */
export async function schemaDrift(
  url: string,
  schemaFile = join(prismaDirectory(), 'schema.prisma'),
): Promise<string> {
  const { openSchemaEngine } = await import('./schema-engine.ts')
  const engine = await openSchemaEngine(url)
  try {
    return await engine.difference(await readFile(schemaFile, 'utf8'))
  } finally {
    await engine.close()
  }
}

function migrationsDirectory(): string {
  return join(prismaDirectory(), 'migrations')
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // A connection lost between two queries emits an event; the next query reports it.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw new StartupProblem(
      `The database ${client.database} at ${client.host}:${client.port} cannot be reached: ${engineReasonOf(error)}.`,
    )
  }
  return client
}

const ownersRights =
  ' DATABASE_OWNER_URL has to name the role that owns the tables and may create in the database and its schema public.'

const LOCK_POLL_MS = 500

/** Takes the lock that migrating processes share. It ends with the connection, also when the process dies. */
export async function waitForLock(client: pg.Client, log: Logger): Promise<void> {
  const key = `hashtextextended('colloquy migrate', 0)`
  const tryLock = async () => {
    const { rows } = await client.query<{ locked: boolean }>(`select pg_try_advisory_lock(${key}) as locked`)
    return rows[0]?.locked ?? false
  }
  if (await tryLock()) return
  log.info('another node is migrating the database, waiting for it')
  // Asked again and again: a statement that waits is one more transaction that an index made beside writers would wait for.
  while (!(await tryLock())) await delay(LOCK_POLL_MS)
}

async function apply(
  url: string,
  migrations: MigrationScript[],
  unfinished: string[],
  log: Logger,
): Promise<string[]> {
  // Loaded here, because most starts have nothing to migrate.
  const { openSchemaEngine } = await import('./schema-engine.ts')
  const engine = await openSchemaEngine(url, log)
  try {
    for (const migration of unfinished) {
      log.warn({ migration }, 'a migration was interrupted and undone earlier, trying it again')
      await engine.markRolledBack(migration)
    }
    const applied = await engine.apply(migrations)
    log.info({ migrations: applied }, 'migrated the database')
    return applied
  } catch (error) {
    if (error instanceof StartupProblem) throw error
    const reason = engineReasonOf(error)
    throw new StartupProblem(
      `The database could not be migrated: ${reason}.${/permission denied|must be owner/.test(reason) ? ownersRights : ''}`,
    )
  } finally {
    await engine.close()
  }
}

/** Without what the schema engine says around it. */
function engineReasonOf(error: unknown): string {
  const text = reasonOf(error)
  return (
    text
      .split('\n   0:')[0]
      ?.trim()
      .replace(/^ERROR: /, '')
      .replace(/\.$/, '') ?? text
  )
}
