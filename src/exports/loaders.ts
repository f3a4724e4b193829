import { type Reads, rowById } from '../database/batched-reads.ts'
import { exportsById } from './export-row.ts'

/** Batched reads of exports, for holders of AUDIT_READ and CONVERSATION_AUDIT. The caller has checked the permissions. */
export const exportLoaders = {
  export: (reads: Reads) => rowById(reads, { statement: exportsById }),
}
