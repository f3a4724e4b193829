import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import type { Keyring } from '../encryption/keyring.ts'
import type { AuditTrail } from './audit-trail.ts'
import { openNoteFiles } from './note-files.ts'
import { createOrigins } from './origins.ts'
import { Refusals } from './refusals.ts'
import { loadSigningKey } from './signing-key.ts'

/** Opens the audit trail with the signing key and the notes in `keyDirectory`. */
export async function openAuditTrail(
  { database, keyring, log }: { database: Database; keyring: Keyring; log: Logger },
  keyDirectory: string,
): Promise<AuditTrail> {
  const origins = createOrigins(keyring)
  return {
    origins,
    refusals: new Refusals({ database, keyring, origins, log }),
    notes: openNoteFiles(keyDirectory),
    key: await loadSigningKey(keyDirectory),
  }
}
