import type { TenantDatabase } from '../database/database.ts'
import type { Transaction } from '../database/tenant-client.ts'

/** An act as the audit trail tells it. The person and the request are those that the transaction is bound to. */
export interface RecordedAct {
  /** Such as `hold.created`: the object and its participle. Each is listed in `kinds.ts`. */
  kind: string
  objectId?: string | null
  conversationId?: string | null
  /** Ids, names of settings and numbers. Never a text that a person has written, because nothing of it can be erased. */
  detail?: Record<string, unknown> | null
}

/**
 * Records an act in the transaction that does it, so that neither is without the other. Call it as the last statement: it takes
 * the lock of the company's stream. In a SQL function it is `perform app.record_audit(kind, object, conversation, detail)`.
 */
export async function recordAct(transaction: Transaction, act: RecordedAct): Promise<void> {
  const { objectId = null, conversationId = null, detail = null } = act
  await transaction.$queryRaw`
    select app.record_audit(${act.kind}, ${objectId}::uuid, ${conversationId}::uuid, ${detail && JSON.stringify(detail)}::jsonb)`
}

/**
 * Records an act in a transaction of its own, which is committed when this returns: for reads that are audited before their
 * answer goes out. `database` is bound to the company and to the act.
 */
export async function recordActNow(database: TenantDatabase, act: RecordedAct): Promise<void> {
  await database.transaction((transaction) => recordAct(transaction, act))
}
