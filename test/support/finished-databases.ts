import { setTimeout as delay } from 'node:timers/promises'
import { withClient } from '../../src/database/roles.ts'

/** The comment on a database that no test needs any more. */
export const FINISHED = 'finished'

/** Drops finished databases until it is told to stop; gives what tells it, and waits for it. */
export function dropFinishedDatabases(adminUrl: string): () => Promise<void> {
  const stopping = new AbortController()
  const dropping = withClient(adminUrl, async (admin) => {
    while (!stopping.signal.aborted) {
      const { rows } = await admin.query<{ name: string }>(
        `select datname as name from pg_database where shobj_description(oid, 'pg_database') = '${FINISHED}'`,
      )
      for (const { name } of rows) await admin.query(`drop database ${name} with (force)`)
      await delay(500, undefined, { signal: stopping.signal }).catch(() => {})
    }
  })
  return () => {
    stopping.abort()
    return dropping
  }
}
