import { batched, type Reads } from '../database/batched-reads.ts'
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
}
