import { openApplication } from '../application.ts'
import { purge as purgeAll } from '../retention/purge.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** Deletes now what is past its time, which the server does by itself from time to time. */
export async function purge({ json }: { json?: boolean }): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const purged = await purgeAll(application.parts)
      process.stdout.write(
        json
          ? `${JSON.stringify(purged)}\n`
          : `Deleted ${purged.events} events and ${purged.idempotencyKeys} idempotency keys that were past their time.\n`,
      )
    } finally {
      await application.close()
    }
  })
}
