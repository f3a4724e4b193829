import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** A read of an auditor. */
export interface AuditedRead {
  /** Null if it is a list of conversations. */
  conversationId: string | null
  /** Ids and numbers. */
  detail: Record<string, unknown>
}

/** Records reads. The position is that of the last event that tells people of it; null if there is none. */
export const recordAuditedReads = statement({
  name: 'record_audited_reads',
  parameters: ['companyId', 'viewerId', 'conversationIds', 'details'],
  row: rowsOf<{ position: string | null }>(),
  text: `select app.record_audited_reads(:companyId, :viewerId, :conversationIds::uuid[], :details::jsonb[])::text as position`,
})
