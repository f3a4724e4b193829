import type { Context } from '../../context.ts'
import { indexOfAuditEvent } from '../event-id.ts'
import { MerkleTree } from '../merkle-tree.ts'
import { signNote } from '../note.ts'
import { proveEvent } from '../prove-event.ts'
import { sealPending } from '../seal-company.ts'
import { latestCheckpoint, verifyStoredTrail } from '../stored-trail.ts'
import type { AuditProblem } from '../verify-trail.ts'

/** The outcome of a verification of a company's trail. */
export interface AuditVerification {
  size: number
  root: Buffer
  note: string
  verifiedAt: Date
  problems: AuditProblem[]
}

/** The proof that an event is in the trail that a note signs. */
export interface AuditProof {
  index: number
  leaf: string
  path: Buffer[]
  note: string
}

/** Verifications of companies that are under way; those who ask meanwhile share the outcome. */
const running = new Map<string, Promise<AuditVerification>>()

/** Verifies the trail of the viewer's company. The caller has checked the permission. */
export function verifyAudit(context: Context): Promise<AuditVerification> {
  const { companyId } = context.viewer
  const verification = running.get(companyId) ?? verify(context).finally(() => running.delete(companyId))
  running.set(companyId, verification)
  return verification
}

async function verify(context: Context): Promise<AuditVerification> {
  const { viewer, tenant, services } = context
  const { companyId } = viewer
  await sealPending({ database: services.database, ...services.audit }, companyId)
  // Read before the database: what is signed from now on is in both.
  const kept = await services.audit.notes.all(companyId)
  const problems = await verifyStoredTrail({ companyId, tenant, kept, key: services.audit.key })
  return { ...(await readCheckpoint(context)), verifiedAt: new Date(), problems }
}

/** Returns the proof that an event is in the trail. Null if there is no such event. The caller has checked the permission. */
export async function proveAudit(context: Context, eventId: string): Promise<AuditProof | null> {
  const { viewer, services } = context
  const { companyId } = viewer
  const index = indexOfAuditEvent(companyId, eventId)
  if (index === undefined) return null
  let checkpoint = await readCheckpoint(context)
  if (index >= checkpoint.size) {
    await sealPending({ database: services.database, ...services.audit }, companyId)
    checkpoint = await readCheckpoint(context)
  }
  const { size, note } = checkpoint
  const proof = index < size ? await proveEvent(context.tenant, companyId, index, size) : undefined
  return proof ? { index, note, ...proof } : null
}

async function readCheckpoint({
  viewer,
  tenant,
  services,
}: Context): Promise<Pick<AuditVerification, 'size' | 'root' | 'note'>> {
  const { companyId } = viewer
  const [latest] = await tenant.query(latestCheckpoint, { companyId })
  if (latest) return latest
  const { size, root } = new MerkleTree()
  return { size, root, note: signNote(services.audit.key.privateKey, companyId, { size, root }) }
}
