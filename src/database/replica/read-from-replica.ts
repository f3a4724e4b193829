import pg from 'pg'
import { replicaReads } from '../../metrics/replica-metrics.ts'
import type { TenantDatabase } from '../database.ts'
import { toDomainError } from '../errors.ts'
import { configOf } from '../statement-config.ts'
import type { Tenant } from '../tenant-pool.ts'
import type { Replica } from './open-replica.ts'
import { OperationRoute } from './operation-route.ts'
import type { ReplicaProblem } from './server-state.ts'

/** The rows, or the reason for which the primary has to be asked. */
type Outcome<Row> = { rows: Row[] } | { problem: ReplicaProblem | 'earlier' | 'failed' }

/**
 * The database of one operation, which reads from the replica once `readFromReplica` is called: the one place that decides which
 * reads do. It is statements of queries alone. A statement runs there if the replica shows all that was committed before it was
 * asked for, so that it never shows less than the primary would have shown at that time: neither what somebody wrote is missing,
 * nor is anything readable that was taken away. As soon as anything of the operation goes to the primary all else does,
 * because it has seen what the replica may not have.
 */
export function readingFromReplica(
  primary: TenantDatabase,
  replica: Replica,
  tenant: Tenant,
): TenantDatabase {
  const route = new OperationRoute(replica.gate)

  function onPrimary(): TenantDatabase {
    route.goToPrimary()
    return primary
  }

  return {
    tenant,
    readFromReplica: () => route.beginReading(),
    get prisma() {
      return onPrimary().prisma
    },
    async query(statement, values) {
      if (!route.isReader) return onPrimary().query(statement, values)
      const place = { tenant, bindsItself: statement.bindsItself === true }
      const outcome = await tryReplica<never>(replica, route, configOf(statement, values), place)
      if ('rows' in outcome) {
        replicaReads.inc({ target: 'replica', reason: 'caught up' })
        return outcome.rows
      }
      replicaReads.inc({ target: 'primary', reason: outcome.problem })
      return onPrimary().query(statement, values)
    },
    call: (statement, values) => onPrimary().call(statement, values),
    transaction: (work) => onPrimary().transaction(work),
  }
}

async function tryReplica<Row extends object>(
  replica: Replica,
  route: OperationRoute,
  config: pg.QueryConfig,
  place: { tenant: Tenant; bindsItself: boolean },
): Promise<Outcome<Row>> {
  const answer = await route.findServer()
  if ('problem' in answer) return answer
  try {
    return { rows: await replica.read<Row>(config, { ...place, server: answer.server }) }
  } catch (error) {
    if (isAnswer(error)) throw toDomainError(error)
    return { problem: 'failed' }
  }
}

/** A refusal of our own functions is an answer: the primary would give the same. */
function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith('CQ') === true
}
