import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Logger, pino } from 'pino'
import { afterAll, beforeAll, vi } from 'vitest'
import { type DataDirectory, openDataDirectory } from '../../src/data-directory/data-directory.ts'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/start-embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'
import { StartupProblem } from '../../src/startup-problem.ts'

export const log = pino({ level: 'silent' })

/** A table, and the script that makes it. */
export const table = 'create table notes (id uuid primary key, "text" text not null);\n'

/** Runs statements on a connection of their own, and returns the rows of the one. */
export async function execute(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Starts a PostgreSQL for the tests of a file. Returns a function that makes an empty database, and a folder of migrations to apply to it. */
export function migratedDatabases() {
  // Each test makes a database, which takes a busy machine a while.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
  let root: string
  let dataDirectory: DataDirectory
  let postgres: EmbeddedPostgres
  let databases = 0

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'colloquy-migrate-'))
    dataDirectory = await openDataDirectory(join(root, 'data'), { exclusive: true })
    postgres = await startEmbeddedPostgres({ dataDirectory, log })
    // No superuser, as on a managed database: policies hold for it.
    await execute(postgres.adminUrl, `create role owner login password 'secret'`)
    await execute(postgres.adminUrl, 'create role colloquy_app; create role colloquy_system')
  })

  afterAll(async () => {
    await postgres.stop()
    await dataDirectory.release()
    await rm(root, { recursive: true })
  })

  return async (scripts: Record<string, string>) => {
    const name = `migrate_${++databases}`
    await execute(postgres.adminUrl, `create database ${name} owner owner`)
    const url = new URL(postgres.adminUrl)
    url.pathname = name
    const adminUrl = url.href
    url.username = 'owner'
    url.password = 'secret'
    const directory = join(root, name)
    await Promise.all(Object.entries(scripts).map(([migration, sql]) => write(migration, sql)))

    async function write(migration: string, sql: string): Promise<void> {
      await mkdir(join(directory, migration), { recursive: true })
      await writeFile(join(directory, migration, 'migration.sql'), sql)
    }
    return {
      name,
      adminUrl,
      url: url.href,
      directory,
      write,
      migrate: (told: Logger = log) => migrate({ url: url.href, log: told, directory }),
      query: (sql: string) => execute(url.href, sql),
    }
  }
}

/** Returns the words of the StartupProblem that work fails with. */
export async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof StartupProblem)) throw new Error(`no StartupProblem but ${error}`)
  return error.message
}
