import pg from 'pg'
import { replicaReads } from '../../metrics/replica-metrics.ts'
import type { TenantDatabase } from '../database.ts'
import { toDomainError } from '../errors.ts'
import { configOf } from '../statement-config.ts'
import type { Tenant } from '../tenant-pool.ts'
import type { Replica } from './open-replica.ts'
import type { ReplicaAnswer } from './replica-gate.ts'

/** Time after which a long operation asks anew how far the replica has to be. */
const ASK_AGAIN_MS = 100

/**
 * The database of one operation, which reads from the replica once `readFromReplica` is called: the one place that decides which
 * reads do. It is statements of queries alone. A statement runs there if the replica shows all that was committed before it was
 * asked for, so that it never shows less than the primary would have shown at that time: neither what somebody wrote is missing,
 * nor is anything readable that was taken away. As soon as anything of the operation goes to the primary all else does,
 * because it has seen what the replica may not have.
 */
export function readingFromReplica(
  primary: TenantDatabase,
  { gate, read }: Replica,
  tenant: Tenant,
): TenantDatabase {
  let target: 'primary' | 'replica' = 'primary'
  let isReader = false
  let asked: { at: number; answer: Promise<ReplicaAnswer> } | undefined

  function answerNow(): Promise<ReplicaAnswer> {
    const now = performance.now()
    if (!asked || now - asked.at > ASK_AGAIN_MS) asked = { at: now, answer: gate.check() }
    return asked.answer
  }

  /** Returns the rows, or the reason for which the primary has to be asked. */
  async function tryReplica<Row extends object>(config: pg.QueryConfig, bindsItself: boolean) {
    const answer = await answerNow()
    if ('problem' in answer) return answer.problem
    // Something else of the operation went to the primary meanwhile.
    if (target === 'primary') return 'earlier'
    try {
      return { rows: await read<Row>(config, { tenant, server: answer.server, bindsItself }) }
    } catch (error) {
      if (isAnswer(error)) throw toDomainError(error)
      return 'failed'
    }
  }

  function goToPrimary<Value>(value: Value): Value {
    target = 'primary'
    return value
  }

  return {
    tenant,
    readFromReplica() {
      target = 'replica'
      isReader = true
    },
    get prisma() {
      return goToPrimary(primary).prisma
    },
    async query(statement, values) {
      if (isReader) {
        const outcome =
          target === 'replica'
            ? await tryReplica<never>(configOf(statement, values), statement.bindsItself === true)
            : 'earlier'
        if (typeof outcome === 'object') {
          replicaReads.inc({ target: 'replica', reason: 'caught up' })
          return outcome.rows
        }
        replicaReads.inc({ target: 'primary', reason: outcome })
      }
      return goToPrimary(primary).query(statement, values)
    },
    call: (statement, values) => goToPrimary(primary).call(statement, values),
    transaction: (work) => goToPrimary(primary).transaction(work),
  }
}

/** A refusal of our own functions is an answer: the primary would give the same. */
function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith('CQ') === true
}
