import type { Logger } from 'pino'
import { startPeriodicTask } from '../concurrency/periodic-task.ts'
import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'

/** Maximum time for which a lost notification goes unnoticed. */
const POLL_MS = 1_000

/** Finds the positions of companies whose notifications were lost. */
export interface PositionPoll {
  /** Reads the positions now, unless they are being read. */
  check(): void
  stop(): void
}

/** The companies to look at, and the callback for their positions. */
export interface PositionPollOptions {
  database: Database
  log: Logger
  companyIds(): string[]
  onPosition(companyId: string, position: number): void
}

const streamPositions = statement({
  name: 'stream_positions',
  parameters: ['companyIds'],
  row: rowsOf<{ companyId: string; position: string }>(),
  text: `select company_id as "companyId", position::text as position from company_streams where company_id = any(:companyIds)`,
})

/** Starts reading the positions every second. */
export function startPositionPoll({
  database,
  log,
  companyIds,
  onPosition,
}: PositionPollOptions): PositionPoll {
  let isReading = false

  async function read(): Promise<void> {
    const wanted = companyIds()
    if (isReading || wanted.length === 0) return
    isReading = true
    try {
      const rows = await database.acrossCompanies(streamPositions, { companyIds: wanted })
      for (const { companyId, position } of rows) onPosition(companyId, Number(position))
    } catch (error) {
      log.warn({ err: error }, 'stream positions could not be read')
    } finally {
      isReading = false
    }
  }

  const task = startPeriodicTask(read, { everyMs: POLL_MS })
  return { check: () => void read(), stop: () => void task.stop() }
}
