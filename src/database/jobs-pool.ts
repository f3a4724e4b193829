import pg from 'pg'
import type { Logger } from 'pino'

/** Connections of the system role for graphile-worker's own statements, without a tenant. */
export interface JobsPool {
  pool: pg.Pool
  close(): Promise<void>
}

/** Opens a pool of at most `max` connections, opened when first needed. A lost connection is logged and replaced. */
export function openJobsPool(systemUrl: string, max: number, log: Logger): JobsPool {
  const pool = new pg.Pool({
    connectionString: systemUrl,
    max,
    connectionTimeoutMillis: 10_000,
    application_name: 'colloquy jobs',
  })
  let isClosing = false
  pool.on('error', ({ message }) => {
    if (!isClosing) log.warn({ reason: message }, 'an idle connection of the job queue was lost')
  })
  // A broken connection fails its query. Without this listener its error event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    pool,
    async close() {
      isClosing = true
      await pool.end()
    },
  }
}
