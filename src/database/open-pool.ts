import type pg from 'pg'
import type { Logger } from 'pino'
import type { PoolName } from '../metrics/load-metrics.ts'
import { TenantPool } from './tenant-pool.ts'

/** Maximum time that a statement or transaction waits for a free connection. */
export const CONNECTION_WAIT_MS = 5_000
const LOCK_WAIT_MS = 4_000
const IDLE_IN_TRANSACTION_MS = 30_000

/** Connections of one role to one server. */
export interface OpenPool {
  readonly pool: TenantPool
  close(): Promise<void>
}

/** Opens a pool of at most `max` connections, which are opened when they are first needed. */
export function openPool(
  name: PoolName,
  connectionString: string,
  max: number,
  log: Logger,
  { statement_timeout, onConnect, ...limits }: pg.PoolConfig = {},
): OpenPool {
  const settings: [name: string, value: string][] = [
    // One company's locks must not block all connections.
    ['lock_timeout', `${LOCK_WAIT_MS}`],
    ['idle_in_transaction_session_timeout', `${IDLE_IN_TRANSACTION_MS}`],
  ]
  const isInUrl = new URL(connectionString).searchParams.has('statement_timeout')
  if (statement_timeout && !isInUrl) settings.push(['statement_timeout', `${statement_timeout}`])
  const pool = new TenantPool(name, {
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: CONNECTION_WAIT_MS,
    ...limits,
    connectionString,
    max,
    application_name: 'colloquy',
    async onConnect(client) {
      await configure(client, settings, limits.connectionTimeoutMillis ?? CONNECTION_WAIT_MS)
      await onConnect?.(client)
    },
  })
  let isClosing = false
  // Only the message is logged, because the error contains the connection. While closing, the end of PostgreSQL is no
  // error.
  pool.on('error', ({ message }) => {
    if (!isClosing) log.warn({ reason: message, pool: name }, 'an idle database connection was lost')
  })
  return {
    pool,
    async close() {
      isClosing = true
      await pool.end()
    },
  }
}

/** In a statement of its own, because a PgBouncer knows none of these parameters of a new connection. */
async function configure(
  client: pg.ClientBase,
  settings: readonly [name: string, value: string][],
  withinMs: number,
): Promise<void> {
  const calls = settings.map((_, at) => `set_config($${2 * at + 1}, $${2 * at + 2}, false)`)
  // A server that hangs now would keep the place in the pool, and whoever waits for it, for ever.
  const limited: pg.QueryConfig & { query_timeout: number } = {
    text: `select ${calls.join(', ')}`,
    values: settings.flat(),
    query_timeout: withinMs,
  }
  await client.query(limited)
}
