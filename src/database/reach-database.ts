import type { Logger } from 'pino'
import type { DataDirectory } from '../data-directory.ts'
import type { Environment } from '../env.ts'
import { StartupProblem } from '../startup-problem.ts'
import { type Database, openDatabase } from './database.ts'
import { startEmbeddedPostgres } from './embedded/start-embedded-postgres.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { assertServingRole, isAdministrative, prepareDatabase, type RoleUrls } from './roles.ts'

/** A migrated database, and how the serving and the chores role reach it. */
export interface ReachedDatabase {
  appUrl: string
  systemUrl: string
  /** This start made its tables. */
  isFresh: boolean
  /** Stops the embedded PostgreSQL, if that is what it is. */
  stop(): Promise<void>
}

/**
 * Finds the database the environment names, or starts the embedded one, and migrates it. An external database is
 * prepared only in development and through an administrative URL; in production `migrate` is an operator's step.
 */
export async function reachDatabase(
  { database, production }: Environment,
  dataDirectory: DataDirectory,
  log: Logger,
): Promise<ReachedDatabase> {
  if (!database.url) {
    const postgres = await startEmbeddedPostgres({ dataDirectory, log })
    try {
      return await prepared(await prepareDatabase(postgres.adminUrl, 'colloquy'), log, () => postgres.stop())
    } catch (error) {
      await postgres.stop()
      throw error
    }
  }
  const { url, ownerUrl, systemUrl } = database
  const nothingToStop = async () => {}
  if (!systemUrl) {
    if (production || !(await isAdministrative(url))) {
      throw new StartupProblem(
        'DATABASE_SYSTEM_URL is missing. With a DATABASE_URL that may not create roles, give DATABASE_OWNER_URL and DATABASE_SYSTEM_URL too.',
      )
    }
    return prepared(await prepareDatabase(url), log, nothingToStop)
  }
  if (ownerUrl && !production) return prepared({ ownerUrl, appUrl: url, systemUrl }, log, nothingToStop)
  const pending = await pendingMigrations(url)
  if (pending.length > 0) {
    throw new StartupProblem(
      `The database lacks ${pending.length} migrations: run the migrate command first.`,
    )
  }
  return { appUrl: url, systemUrl, isFresh: false, stop: nothingToStop }
}

/** Opens the pools, once neither role could bypass the policies. */
export async function connectDatabase(
  reached: ReachedDatabase,
  poolSize: number,
  log: Logger,
): Promise<Database> {
  await assertServingRole(reached.appUrl, 'DATABASE_URL')
  await assertServingRole(reached.systemUrl, 'DATABASE_SYSTEM_URL')
  return openDatabase({ appUrl: reached.appUrl, systemUrl: reached.systemUrl, poolSize, log })
}

async function prepared(
  { ownerUrl, appUrl, systemUrl }: RoleUrls,
  log: Logger,
  stop: () => Promise<void>,
): Promise<ReachedDatabase> {
  const applied = await migrate({ url: ownerUrl, log })
  return { appUrl, systemUrl, isFresh: applied.some((name) => name.endsWith('_tables')), stop }
}
