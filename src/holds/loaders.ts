import { type Reads, rowById } from '../database/batched-reads.ts'
import { holdsById } from './hold-row.ts'

/** Batched reads of legal holds, for holders of CONVERSATION_AUDIT. The caller has checked the permission. */
export const holdLoaders = {
  legalHold: (reads: Reads) => rowById(reads, { statement: holdsById }),
}
