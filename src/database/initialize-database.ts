import type { Logger } from 'pino'
import type { DataDirectory } from '../data-directory/data-directory.ts'
import type { Environment } from '../env.ts'
import { StartupProblem } from '../startup-problem.ts'
import { type Database, openDatabase } from './database.ts'
import { startEmbeddedPostgres } from './embedded/start-embedded-postgres.ts'
import { assertJobsSchema, migrateJobs } from './jobs-schema.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { assertServingRole, isAdministrative, prepareDatabase } from './roles.ts'
import { assertOwnSession, assertSupportedVersion } from './server-checks.ts'
import { assertNoShadowing } from './shadowing-checks.ts'

/** The name of the database in the embedded PostgreSQL. */
export const EMBEDDED_DATABASE = 'colloquy'

/** A database and the URLs of its roles. */
export interface LocatedDatabase {
  /** Undefined if no URL for migrating was configured. */
  ownerUrl: string | undefined
  appUrl: string
  systemUrl: string
  /** Stops the embedded PostgreSQL. Does nothing for an external one. */
  stop(): Promise<void>
}

/** A migrated database and the URLs of the serving and the system role. */
export interface InitializedDatabase extends LocatedDatabase {
  /** The migrations that were applied now. */
  applied: string[]
  /** True if the job queue may be migrated, too. */
  mayMigrate: boolean
}

/**
 * Finds the database of the environment, or starts the embedded one, and migrates it. An external database is prepared
 * only in development and through an administrative URL; in production an operator runs `migrate`. Throws
 * StartupProblem, also if a role could bypass the policies or lacks rights.
 */
export async function initializeDatabase(
  environment: Environment,
  dataDirectory: DataDirectory,
  log: Logger,
  mayMigrate = !environment.production,
  onStep: (text: string) => void = () => {},
): Promise<InitializedDatabase> {
  onStep(environment.database.url ? 'Connecting to the database' : 'Preparing the embedded PostgreSQL')
  const located = await locateDatabase(environment, dataDirectory, log)
  try {
    if (environment.database.url) {
      await assertSupportedVersion(located.appUrl)
      await assertOwnSession(located.appUrl)
    }
    const { ownerUrl } = located
    if (ownerUrl && mayMigrate) {
      onStep('Bringing the tables up to date')
      const applied = await migrate({ url: ownerUrl, log })
      await assertRoles(located)
      return { ...located, applied, mayMigrate }
    }
    await assertRoles(located)
    await assertMigrated(located.systemUrl)
    return { ...located, applied: [], mayMigrate: false }
  } catch (error) {
    await located.stop()
    throw error
  }
}

/** Finds the database and its roles as `initializeDatabase` does, without changing it. Throws StartupProblem. */
export async function locateDatabase(
  { database, production }: Environment,
  dataDirectory: DataDirectory,
  log: Logger,
): Promise<LocatedDatabase> {
  const { url, ownerUrl, systemUrl } = database
  if (!url) return startDatabase(dataDirectory, log)
  const stop = async () => {}
  if (systemUrl) return { ownerUrl, appUrl: url, systemUrl, stop }
  if (production || !(await isAdministrative(url))) {
    throw new StartupProblem(
      'DATABASE_SYSTEM_URL is missing. With a DATABASE_URL that may not create roles, give DATABASE_OWNER_URL and DATABASE_SYSTEM_URL too.',
    )
  }
  return { ...(await prepareDatabase(url)), stop }
}

/** The ownership of objects can be checked only after the migrations. */
async function assertRoles({ appUrl, systemUrl }: LocatedDatabase): Promise<void> {
  await assertServingRole(appUrl, 'DATABASE_URL')
  await assertServingRole(systemUrl, 'DATABASE_SYSTEM_URL', 'system')
  await assertNoShadowing(appUrl)
  await assertNoShadowing(systemUrl)
}

/** Throws StartupProblem if a migration is missing. Reads as the system role, which may read their record. */
export async function assertMigrated(systemUrl: string): Promise<void> {
  const pending = await pendingMigrations(systemUrl)
  if (pending.length === 0) return
  const missing = pending.length === 1 ? `the migration ${pending[0]}` : `${pending.length} migrations`
  throw new StartupProblem(`The database lacks ${missing}: run the migrate command first.`)
}

/** Opens the pools after the job queue was checked or created. Throws StartupProblem. */
export async function connectDatabase(
  { appUrl, systemUrl, mayMigrate }: InitializedDatabase,
  { poolSize, replicaUrl }: Pick<Environment['database'], 'poolSize' | 'replicaUrl'>,
  log: Logger,
): Promise<Database> {
  if (mayMigrate) await migrateJobs(systemUrl, log)
  else await assertJobsSchema(systemUrl)
  return openDatabase({ appUrl, systemUrl, replicaUrl, poolSize, log })
}

async function startDatabase(dataDirectory: DataDirectory, log: Logger): Promise<LocatedDatabase> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log })
  const stop = () => postgres.stop()
  try {
    return { ...(await prepareDatabase(postgres.adminUrl, EMBEDDED_DATABASE)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
