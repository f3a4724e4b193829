import type pg from 'pg'
import type { Logger } from 'pino'
import { openPool } from '../open-pool.ts'
import type { Tenant } from '../tenant-pool.ts'
import { serverStart } from './server-state.ts'

/** The tenant and the server of a read. */
export interface ReadPlace {
  tenant: Tenant
  /** The server's start, which tells it from others. */
  server: string
  /** True for a statement that binds its tenant itself. */
  bindsItself: boolean
}

/** The connections to a replica that answer reads. */
export interface ReplicaConnections {
  /** Runs a statement at the named server. Throws where a connection leads to another. */
  read<Row extends pg.QueryResultRow>(query: pg.QueryConfig, where: ReadPlace): Promise<Row[]>
  close(): Promise<void>
}

/** Maximum time of a read, after which the primary is asked: the replica may have stopped in the midst of it. */
const READ_MS = 3_000
/** Maximum wait for a connection, after which the primary is asked. */
const CONNECT_MS = 250

/** An address may lead to several servers, so each connection remembers its own. Nothing is connected before the first read. */
export function openReplicaConnections(url: string, poolSize: number, log: Logger): ReplicaConnections {
  const servers = new WeakMap<pg.ClientBase, string>()
  const { pool, close } = openPool('replica', url, poolSize, log, {
    query_timeout: READ_MS,
    statement_timeout: READ_MS,
    connectionTimeoutMillis: CONNECT_MS,
    onConnect: async (client) => void servers.set(client, await startOf(client)),
  })
  return {
    read(query, { tenant, server, bindsItself }) {
      const isThere = (client: pg.ClientBase) => servers.get(client) === server
      return bindsItself ? pool.runUnbound(query, tenant, isThere) : pool.run(query, tenant, isThere)
    },
    close,
  }
}

async function startOf(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ startedAt: string }>(serverStart.text)
  return rows[0]?.startedAt ?? ''
}
