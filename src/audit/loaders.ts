import DataLoader from 'dataloader'
import { batched, type Reads } from '../database/batched-reads.ts'
import { type AuditedRead, recordAuditedReads } from './audited-reads.ts'
import { originsById } from './trail-rows.ts'

/** Batched reads of the audit trail. The caller has checked the permission. */
export const auditLoaders = {
  /** An origin by its id in hexadecimal. */
  auditOrigin: (reads: Reads) =>
    batched(reads, {
      statement: originsById,
      keyOf: ({ id }) => id.toString('hex'),
      valueFrom: ([row]) => row ?? null,
    }),
  /**
   * Records reads of an auditor: those of one tick in one transaction, which is committed when this resolves. The value is the
   * position of the last event that tells people of them, or null.
   */
  auditedReads: (reads: Reads) =>
    new DataLoader((keys: readonly AuditedRead[]) => recordAll(reads, keys), { cache: false }),
}

async function recordAll(
  { tenant, viewerId }: Reads,
  keys: readonly AuditedRead[],
): Promise<(number | null)[]> {
  const [recorded] = await tenant.call(recordAuditedReads, {
    companyId: tenant.tenant.companyId,
    viewerId,
    conversationIds: keys.map(({ conversationId }) => conversationId),
    details: keys.map(({ detail }) => JSON.stringify(detail)),
  })
  const position = recorded?.position == null ? null : Number(recorded.position)
  return keys.map(() => position)
}
