import { openApplication } from '../application.ts'
import { type Purged, purge as purgeAll } from '../retention/purge.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** Deletes data that has reached its retention time, as the server does periodically. */
export async function purge({ json }: { json?: boolean }): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const purged = await purgeAll(application.services)
      process.stdout.write(json ? `${JSON.stringify(purged)}\n` : `${inWords(purged)}\n`)
      if (purged.failedCompanies > 0) process.exitCode = 1
    } finally {
      await application.close()
    }
  })
}

function inWords({ events, idempotencyKeys, failedCompanies }: Purged): string {
  const deleted = `Deleted ${events} events and ${idempotencyKeys} idempotency keys that were past their time.`
  if (failedCompanies === 0) return deleted
  const whose = failedCompanies === 1 ? 'one company' : `${failedCompanies} companies`
  return `${deleted} Those of ${whose} could not be deleted; the log says why. Run it again.`
}
