import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/start-embedded-postgres.ts'
import { prepareDatabase, type RoleUrls } from '../../src/database/roles.ts'
import { onlyPath } from '../support/colloquy.ts'
import { postmasterOf, query } from '../support/embedded-postgres.ts'
import { startProcess } from '../support/server-process.ts'

/** A PostgreSQL that may be mistreated; however it ends, it comes back on the same port. */
export interface Postgres {
  readonly urls: RoleUrls
  /** A superuser's, to the product's database. */
  readonly adminUrl: string
  /** Signals the postmaster, which ends it in one way or another, and waits until it takes connections again. */
  restart(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>
  /** Ends about this share of the sessions; gives how many. */
  endSessions(share: number): Promise<number>
  /** Keeps everybody from writing for a company, as a transaction does that is slow to commit. */
  holdStream(companyId: string, forMs: number): Promise<void>
  stop(): Promise<void>
}

/** Starts a PostgreSQL in a folder of its own, with a database as the release in the folder `release` makes it. */
export async function startPostgres(folder: string, release: string): Promise<Postgres> {
  const log = pino({ level: 'error' }, pino.destination(2))
  const path = join(folder, 'database')
  const dataDirectory = await openDataDirectory(path, { exclusive: true })
  const postgres = await startEmbeddedPostgres({ dataDirectory, log })
  const urls = await prepareDatabase(postgres.adminUrl, 'colloquy')
  await migrateBy(release, urls)
  const adminUrl = Object.assign(new URL(postgres.adminUrl), { pathname: '/colloquy' }).href

  async function answers(): Promise<void> {
    for (;;) {
      const isThere = await query(adminUrl, 'select 1').then(
        () => true,
        () => false,
      )
      if (isThere) return
      await delay(50)
    }
  }

  return {
    urls,
    adminUrl,
    async restart(signal) {
      const before = await postmasterOf(path)
      process.kill(before, signal)
      while ((await postmasterOf(path).catch(() => before)) === before) await delay(20)
      await answers()
    },
    async endSessions(share) {
      const ended = await query(
        adminUrl,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid() and random() < ${share}`,
      )
      return ended.length
    },
    async holdStream(companyId, forMs) {
      const client = new pg.Client({ connectionString: adminUrl })
      client.on('error', () => {})
      await client.connect()
      await client.query('begin')
      await client.query('select position from company_streams where company_id = $1 for update', [companyId])
      await delay(forMs)
      await client.end()
    },
    async stop() {
      await postgres.stop()
      await dataDirectory.release()
    },
  }
}

/** Runs the command `migrate` of a release, as its operator does; gives what it printed. */
export async function migrateBy(release: string, { appUrl, ownerUrl, systemUrl }: RoleUrls): Promise<string> {
  const env = {
    ...onlyPath(),
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    DATABASE_SYSTEM_URL: systemUrl,
  }
  const { ended, said } = startProcess(process.execPath, [join(release, 'dist/cli.js'), 'migrate'], { env })
  if ((await ended) !== 0) throw new Error(`The migration failed: ${said.err}`)
  return said.out.trim()
}
