import type { NoteFiles } from './note-files.ts'
import type { Origins } from './origins.ts'
import type { Refusals } from './refusals.ts'
import type { SigningKey } from './signing-key.ts'

/** The services of the audit trail in a process. */
export interface AuditTrail {
  origins: Origins
  refusals: Refusals
  /** The notes beside the keys. */
  notes: NoteFiles
  /** The key that signs notes. */
  key: SigningKey
}
