import { refreshBuiltInRoles } from '../companies/operations/create-company.ts'
import { openDataDirectory } from '../data-directory/data-directory.ts'
import { connectDatabase, initializeDatabase } from '../database/initialize-database.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/**
 * Applies the pending migrations and updates the built-in roles, also if nothing was pending. Throws StartupProblem.
 */
export async function migrate({ json }: { json?: boolean }): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const { url, ownerUrl, systemUrl } = environment.database
    if (!ownerUrl && (environment.production || (url && systemUrl))) {
      throw new StartupProblem(
        'DATABASE_OWNER_URL is missing: migrations run as the role that owns the tables.',
      )
    }
    const dataDirectory = await openDataDirectory(environment.dataDirectory, { exclusive: !url })
    try {
      const mayMigrate = true
      const initialized = await initializeDatabase(environment, dataDirectory, log, mayMigrate)
      try {
        const database = await connectDatabase(initialized, environment.database, log)
        await refreshBuiltInRoles(database).finally(() => database.close())
      } finally {
        await initialized.stop()
      }
      print(initialized.applied, json)
    } finally {
      await dataDirectory.release()
    }
  })
}

function print(applied: string[], json: boolean | undefined): void {
  if (json) process.stdout.write(`${JSON.stringify({ applied })}\n`)
  else if (applied.length === 0) process.stdout.write('Nothing to migrate.\n')
  else process.stdout.write(applied.map((name) => `Applied ${name}.\n`).join(''))
}
