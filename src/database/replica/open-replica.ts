import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { replicaLagBytes, replicaLagSeconds } from '../../metrics/replica-metrics.ts'
import { reasonOf } from '../../reason.ts'
import { openPool } from '../open-pool.ts'
import { assertOwnSession } from '../server-checks.ts'
import type { Statement } from '../statement.ts'
import type { TenantPool } from '../tenant-pool.ts'
import { openReplicaConnections, type ReplicaConnections } from './replica-connections.ts'
import { createReplicaGate, type ReplicaGate } from './replica-gate.ts'
import { primaryState, type ReplicaProblem, replicaState } from './server-state.ts'

/** The replica's connections, and the decision about when they may be used. */
export interface Replica {
  readonly gate: ReplicaGate
  /** Runs a statement at the server that the gate has named. Throws where a connection leads to another. */
  readonly read: ReplicaConnections['read']
  close(): Promise<void>
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
  const reads = openReplicaConnections(replicaUrl, poolSize, log)
  return {
    gate,
    read: reads.read,
    async close() {
      const closing = Promise.all([primary, watched, reads].map((opened) => opened.close()))
      await Promise.race([closing, delay(CLOSING_MS, undefined, { ref: false })])
    },
  }
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
