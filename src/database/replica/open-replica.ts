import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import { replicaLagBytes, replicaLagSeconds } from '../../metrics/replica-metrics.ts'
import { reasonOf } from '../../reason.ts'
import { openPool } from '../open-pool.ts'
import { assertOwnSession } from '../server-checks.ts'
import type { Statement } from '../statement.ts'
import type { Tenant, TenantPool } from '../tenant-pool.ts'
import { createReplicaGate, type ReplicaGate } from './replica-gate.ts'
import { primaryState, type ReplicaProblem, replicaState, serverStart } from './server-state.ts'

/** The replica's connections, and the decision about when they may be used. */
export interface Replica {
  readonly gate: ReplicaGate
  /** Runs a statement at the server that the gate has named. Throws where a connection leads to another. */
  read<Row extends pg.QueryResultRow>(query: pg.QueryConfig, where: ReadPlace): Promise<Row[]>
  close(): Promise<void>
}

/** The tenant and the server of a read. */
export interface ReadPlace {
  tenant: Tenant
  /** The server's start, which tells it from others. */
  server: string
  /** True for a statement that binds its tenant itself. */
  bindsItself: boolean
}

/** The addresses of both servers for the serving role, and the number of connections to the replica. */
export interface ReplicaOptions {
  replicaUrl: string
  primaryUrl: string
  poolSize: number
  log: Logger
}

/** A server that takes longer to say how far it is does not answer. */
const POSITION_MS = 500
/** Maximum time of a read, after which the primary is asked: the replica may have stopped in the midst of it. */
const READ_MS = 3_000
/** Maximum wait for a connection, after which the primary is asked. */
const CONNECT_MS = 250

/** A server that hangs never confirms the end of a connection. */
const CLOSING_MS = 2_000

/** Opens the pools that reads from the replica need. Nothing is connected, and nothing fails, before they are used. */
export function openReplica({ replicaUrl, primaryUrl, poolSize, log }: ReplicaOptions): Replica {
  const quick = { query_timeout: POSITION_MS, connectionTimeoutMillis: POSITION_MS, idleTimeoutMillis: 0 }
  const primary = openPool('positions', primaryUrl, 1, log, quick)
  const watched = openPool('replica positions', replicaUrl, 1, log, quick)
  const gate = createReplicaGate({
    askPrimary: () => oneRow(primary.pool, primaryState),
    askReplica: () => oneRow(watched.pool, replicaState),
    admit: () => wayTo(replicaUrl),
    onLag({ bytes, seconds }) {
      replicaLagBytes.set(bytes)
      replicaLagSeconds.set(seconds)
    },
    onChange(problem) {
      if (problem) log.warn({ reason: problem }, 'reads go to the primary: the replica cannot answer for it')
      else log.info('reads go to the replica')
    },
  })
  // An address may lead to several servers. Only the one that the gate has asked may answer.
  const servers = new WeakMap<pg.ClientBase, string>()
  const reads = openPool('replica', replicaUrl, poolSize, log, {
    query_timeout: READ_MS,
    statement_timeout: READ_MS,
    connectionTimeoutMillis: CONNECT_MS,
    onConnect: async (client) => void servers.set(client, await startOf(client)),
  })
  return {
    gate,
    read(query, { tenant, server, bindsItself }) {
      const isThere = (client: pg.ClientBase) => servers.get(client) === server
      return bindsItself
        ? reads.pool.runUnbound(query, tenant, isThere)
        : reads.pool.run(query, tenant, isThere)
    },
    async close() {
      const closing = Promise.all([primary, watched, reads].map((pool) => pool.close()))
      await Promise.race([closing, delay(CLOSING_MS, undefined, { ref: false })])
    },
  }
}

async function startOf(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ startedAt: string }>(serverStart.text)
  return rows[0]?.startedAt ?? ''
}

/** Members are bound to sessions, so the way must keep them apart. */
async function wayTo(url: string): Promise<ReplicaProblem | undefined> {
  try {
    await assertOwnSession(url)
    return undefined
  } catch (error) {
    return reasonOf(error).includes('pooler') ? 'shared sessions' : 'unreachable'
  }
}

async function oneRow<Row extends object>(
  pool: TenantPool,
  { name, text }: Statement<never, Row>,
): Promise<Row> {
  const [row] = await pool.run<Row>({ name, text }, undefined)
  if (!row) throw new Error(`The statement ${name} returned nothing.`)
  return row
}
