import type { Logger } from 'pino'
import { type PeriodicTask, startPeriodicTask } from '../concurrency/periodic-task.ts'
import { rowsOf } from './columns.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

/** A table that grows fourfold in less time is small. */
const EVERY_MS = 2_000
const MAX_AT_ONCE = 20

const refreshStatistics = statement({
  name: 'refresh_statistics',
  parameters: [],
  row: rowsOf<{ table: string | null }>(),
  text: 'select app.refresh_statistics() as "table"',
})

/**
 * Has PostgreSQL look anew at tables that have grown fourfold until it is stopped: all connections then plan again what they do
 * with these. Otherwise plans made for an empty table stay until autovacuum comes, after a minute by default.
 */
export function startRefreshingStatistics({
  database,
  log,
}: {
  database: Pick<Database, 'acrossCompanies'>
  log: Logger
}): PeriodicTask {
  return startPeriodicTask(
    async (signal) => {
      try {
        for (let count = 0; count < MAX_AT_ONCE && !signal.aborted; count += 1) {
          const [row] = await database.acrossCompanies(refreshStatistics, {})
          if (!row?.table) return
          log.debug({ table: row.table }, 'a table that has grown was analysed')
        }
      } catch (error) {
        log.warn({ err: error }, 'tables that have grown could not be analysed')
      }
    },
    { everyMs: EVERY_MS },
  )
}
