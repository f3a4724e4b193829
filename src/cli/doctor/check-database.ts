import { join } from 'node:path'
import type { Logger } from 'pino'
import { companyIds } from '../../companies/operations/create-company.ts'
import { openDataDirectory } from '../../data-directory/data-directory.ts'
import { type Database, openDatabase } from '../../database/database.ts'
import { assertGrants } from '../../database/grants.ts'
import { assertMigrated, type LocatedDatabase, locateDatabase } from '../../database/initialize-database.ts'
import { assertJobsSchema } from '../../database/jobs-schema.ts'
import { assertServingRole } from '../../database/roles.ts'
import { assertOwnSession, assertSupportedVersion } from '../../database/server-checks.ts'
import { assertNoShadowing } from '../../database/shadowing-checks.ts'
import { assertOwner, assertPolicies } from '../../database/tenancy-checks.ts'
import { assertNoOtherGrants } from '../../database/unexpected-grants.ts'
import { createKeyProvider } from '../../encryption/create-key-provider.ts'
import { createDataKeyStore } from '../../encryption/data-key-store.ts'
import { KeyUnavailableError } from '../../encryption/errors.ts'
import { assertDataKeysOpen, assertPrivateFolder } from '../../encryption/open-data-keys.ts'
import type { Environment } from '../../env.ts'
import { StartupProblem } from '../../startup-problem.ts'
import { withDatabaseInUse } from '../database-in-use.ts'
import { checkJobs } from './check-jobs.ts'
import { checkSenders } from './check-sms.ts'
import type { Findings } from './findings.ts'

/** Checks that other users cannot read the companies' secrets, also if the database cannot be reached. */
export async function checkKeyFiles(environment: Environment, findings: Findings): Promise<void> {
  await findings.check('key files', async () => {
    await assertPrivateFolder(keyFolder(environment))
    return 'open to nobody else'
  })
}

/** Checks that secrets can be opened, also if the database cannot be reached. */
export async function checkKeyProvider(environment: Environment, findings: Findings): Promise<void> {
  await findings.check('key provider', async () => {
    try {
      return await (await createKeyProvider(environment.keys, keyFolder(environment))).check()
    } catch (error) {
      if (error instanceof KeyUnavailableError) throw new StartupProblem(error.message)
      throw error
    }
  })
}

/** Checks the database in use, its roles and policies, and that the keys decrypt its data. */
export async function checkDatabase(findings: Findings): Promise<void> {
  try {
    await withDatabaseInUse(async (environment, log) => {
      const exclusive = !environment.database.url
      const dataDirectory = await openDataDirectory(environment.dataDirectory, { exclusive })
      try {
        const located = await locateDatabase(environment, dataDirectory, log)
        await checkLocated(located, environment, log, findings).finally(() => located.stop())
      } finally {
        await dataDirectory.release()
      }
    })
  } catch (error) {
    if (!(error instanceof StartupProblem)) throw error
    findings.add('database', error.message, false)
  }
}

async function checkLocated(
  located: LocatedDatabase,
  environment: Environment,
  log: Logger,
  findings: Findings,
): Promise<void> {
  // Another role would see other policies, and may not be allowed to read.
  if (!(await checkRoles(located, findings))) return
  const { hasRights, hasQueue } = await checkSchema(located, findings)
  if (!hasRights) return
  const { appUrl, systemUrl } = located
  const database = openDatabase({ appUrl, systemUrl, poolSize: 2, log })
  try {
    await checkKeys(database, environment, findings)
    if (hasQueue) await checkJobs(database, findings)
    await checkSenders(database, findings)
  } finally {
    await database.close()
  }
}

/** Checks the way to the database. Returns true if both roles are those that serve. */
async function checkRoles({ appUrl, systemUrl }: LocatedDatabase, findings: Findings): Promise<boolean> {
  const { hostname, port, pathname } = new URL(appUrl)
  const isReachable = await findings.check('database', async () => {
    const version = await assertSupportedVersion(appUrl)
    return `PostgreSQL ${version}, ${pathname.slice(1)} at ${hostname}:${port || 5432}`
  })
  if (!isReachable) return false
  await findings.check('sessions', async () => {
    await assertOwnSession(appUrl)
    return 'each connection keeps its own'
  })
  const isServing = await findings.check('serving role', async () => {
    await assertServingRole(appUrl, 'DATABASE_URL')
    return 'bound by the policies'
  })
  const isSystem = await findings.check('system role', async () => {
    await assertServingRole(systemUrl, 'DATABASE_SYSTEM_URL', 'system')
    return 'bound by its policies'
  })
  return isServing && isSystem
}

/** Checks what the migrations made: `hasRights` if tables can be read, `hasQueue` if jobs can. */
async function checkSchema(
  { appUrl, systemUrl }: LocatedDatabase,
  findings: Findings,
): Promise<{ hasRights: boolean; hasQueue: boolean }> {
  const isMigrated = await findings.check('migrations', async () => {
    await assertMigrated(systemUrl)
    return 'all applied'
  })
  await findings.check('owner', async () => `${await assertOwner(appUrl)} owns the tables and functions`)
  await findings.check('policies', async () => `${await assertPolicies(appUrl)} tables keep companies apart`)
  await findings.check('functions', async () => {
    await assertNoShadowing(appUrl)
    await assertNoShadowing(systemUrl)
    return 'none runs code of the roles that serve'
  })
  const hasQueue = await findings.check('job queue', async () => {
    await assertJobsSchema(systemUrl)
    return 'up to date, and of the system role'
  })
  if (!isMigrated) return { hasRights: false, hasQueue }
  const hasRights = await findings.check('grants', async () => {
    const forServing = await assertGrants(appUrl, 'colloquy_app')
    const forSystem = await assertGrants(systemUrl, 'colloquy_system')
    await assertNoOtherGrants(appUrl, 'colloquy_app')
    await assertNoOtherGrants(systemUrl, 'colloquy_system')
    return `the serving role has its ${forServing} rights, the system role its ${forSystem}, and no others`
  })
  return { hasRights, hasQueue }
}

async function checkKeys(database: Database, environment: Environment, findings: Findings): Promise<void> {
  const folder = keyFolder(environment)
  await findings.check('keys', async () => {
    const provider = await createKeyProvider(environment.keys, folder)
    const source = { provider, store: createDataKeyStore(database) }
    const opened = await assertDataKeysOpen(source, await companyIds(database))
    return `${opened} data ${opened === 1 ? 'key opens' : 'keys open'} with the secrets in ${folder}`
  })
}

function keyFolder({ keyDirectory, dataDirectory }: Environment): string {
  return keyDirectory ?? join(dataDirectory, 'keys')
}
