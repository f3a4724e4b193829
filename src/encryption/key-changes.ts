import type { Logger } from 'pino'
import { type PeriodicTask, startPeriodicTask } from '../concurrency/periodic-task.ts'
import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'

/** Maximum time for which changed keys go unnoticed while Redis is away. */
const POLL_MS = 400
/** A transaction may commit this long after the time that it has noted. */
const OVERLAP_SECONDS = 60

const keysChangedSince = statement({
  name: 'keys_changed_since',
  parameters: ['seconds'],
  row: rowsOf<{ companyId: string; changedAt: string }>(),
  text: `select company_id as "companyId", changed_at::text as "changedAt" from key_states
    where changed_at > now() - make_interval(secs => :seconds)`,
})

/** The callback for companies whose keys have changed. */
export interface KeyChangesOptions {
  database: Database
  log: Logger
  onChange(companyId: string): void
}

/**
 * Looks in the database for companies whose keys were rotated or destroyed, until it is stopped, and tells of each change
 * once.
 */
export function followKeyChanges({ database, log, onChange }: KeyChangesOptions): PeriodicTask {
  let told = new Map<string, string>()
  let readAt = performance.now()
  let isFailing = false

  async function read(): Promise<void> {
    const startedAt = performance.now()
    const seconds = OVERLAP_SECONDS + (startedAt - readAt) / 1000
    try {
      const rows = await database.acrossCompanies(keysChangedSince, { seconds })
      const changes = new Map(rows.map(({ companyId, changedAt }) => [companyId, changedAt]))
      for (const [companyId, changedAt] of changes) if (told.get(companyId) !== changedAt) onChange(companyId)
      told = changes
      readAt = startedAt
      isFailing = false
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, 'changes of keys could not be read')
      isFailing = true
    }
  }

  return startPeriodicTask(read, { everyMs: POLL_MS })
}
