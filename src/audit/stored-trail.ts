import { setImmediate as turn } from 'node:timers/promises'
import { column, columns, rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { leafOf } from './audit-row.ts'
import { HASH_BYTES, leafHash, readRange } from './merkle-tree.ts'
import { type Checkpoint, openNote } from './note.ts'
import type { KeptNote } from './note-files.ts'
import { eventsFrom } from './seal-statements.ts'
import type { SigningKey } from './signing-key.ts'
import { type AuditProblem, TrailVerifier } from './verify-trail.ts'

const EVENTS_AT_ONCE = 2_000
const CHECKPOINTS_AT_ONCE = 100
/** Below every index that can be stored by mistake or on purpose. */
const LOWEST = -(2 ** 52)

/** The latest checkpoint of a company. */
export const latestCheckpoint = statement({
  name: 'latest_audit_checkpoint',
  parameters: ['companyId'],
  row: columns({ size: column.of<number>().from('c.size::float8'), root: column.bytes, note: column.text }),
  text: `select c.size::float8 as size, c.root, c.note from audit_checkpoints c
    where c.company_id = :companyId order by c.size desc limit 1`,
})

/** Checkpoints in their order, after this number of events. */
export const checkpointsAfter = statement({
  name: 'audit_checkpoints_after',
  parameters: ['companyId', 'after', 'upTo', 'max'],
  row: rowsOf<{ size: number; root: Buffer; note: string; leaves: Buffer }>(),
  text: `select c.size::float8 as size, c.root, c.note, c.leaves from audit_checkpoints c
    where c.company_id = :companyId and c.size > :after::bigint and c.size <= :upTo::bigint order by c.size limit :max`,
})

/** The number of events as counted, the last index, and the number of sealed events, all of one time. */
const extentOfTrail = statement({
  name: 'audit_extent',
  parameters: ['companyId'],
  row: rowsOf<{ counted: number; last: number | null; sealed: number | null }>(),
  text: `select s.audited::float8 as counted,
      (select max(e.index)::float8 from audit_events e where e.company_id = s.company_id) as last,
      (select max(c.size)::float8 from audit_checkpoints c where c.company_id = s.company_id) as sealed
    from company_streams s where s.company_id = :companyId`,
})

const restoredEvents = statement({
  name: 'restored_audit_events',
  parameters: ['companyId'],
  row: rowsOf<{ index: number; size: number; root: string }>(),
  text: `select e.index::float8 as index, (e.detail ->> 'size')::float8 as size, e.detail ->> 'root' as root
    from audit_events e where e.company_id = :companyId and e.kind = 'audit.restored' order by e.index`,
})

/** A company's trail in the database, and the notes that are kept elsewhere. */
export interface StoredTrail {
  companyId: string
  tenant: TenantDatabase
  key: Pick<SigningKey, 'publicKey'>
  /** Earliest first. */
  kept: readonly KeptNote[]
}

/** Recomputes a company's trail from its rows, and returns all problems. Reads in pieces, so that others are served meanwhile. */
export async function verifyStoredTrail(trail: StoredTrail): Promise<AuditProblem[]> {
  const { companyId, tenant } = trail
  const verifier = new TrailVerifier()
  // The next verification covers events and seals that are added from now on.
  const [extent] = await tenant.query(extentOfTrail, { companyId })
  const { counted = 0, last = null, sealed = null } = extent ?? {}
  await addKept(verifier, trail)
  const seals = sealsOf(trail, verifier, sealed ?? 0)
  const end = Math.max(counted, (last ?? -1) + 1)
  const read = (from: number) => tenant.query(eventsFrom, { companyId, from, max: EVENTS_AT_ONCE })
  for (let rows = await read(LOWEST), isLast = false; !isLast; ) {
    const next = (rows.at(-1)?.index ?? end) + 1
    isLast = rows.length < EVENTS_AT_ONCE || next >= end
    // The database reads on while these are hashed. A failure is thrown when they have been.
    const following = isLast ? Promise.resolve([]) : read(next)
    following.catch(() => {})
    for (const row of rows) {
      if (row.index >= end) break
      while (verifier.sealedSize <= row.index && (await seals.next()).value);
      verifier.take({ index: row.index, hash: leafHash(leafOf(companyId, row)) })
    }
    await turn()
    rows = await following
  }
  while ((await seals.next()).value);
  return verifier.end(counted)
}

/** Gives the verifier the sealed hashes of one checkpoint after another. */
async function* sealsOf(
  { companyId, tenant, key }: StoredTrail,
  verifier: TrailVerifier,
  sealed: number,
): AsyncGenerator<true, undefined> {
  for (let after = 0; ; ) {
    const rows = await tenant.query(checkpointsAfter, {
      companyId,
      after,
      upTo: sealed,
      max: CHECKPOINTS_AT_ONCE,
    })
    for (const { size, root, note, leaves } of rows) {
      const name = `checkpoint of ${size} events in the database`
      const signed = openNote(note, companyId, key.publicKey)
      if (!signed || signed.size !== size || !signed.root.equals(root))
        verifier.report(after, `The ${name} is not signed with the key: it was changed or inserted.`)
      else verifier.addCheckpoint({ ...signed, name })
      if (leaves.length !== (size - after) * HASH_BYTES)
        verifier.report(after, `A checkpoint between the events ${after} and ${size} is missing or changed.`)
      else verifier.addSealed(readRange(leaves))
      after = size
      yield true
    }
    if (rows.length < CHECKPOINTS_AT_ONCE) return undefined
  }
}

async function addKept(
  verifier: TrailVerifier,
  { companyId, tenant, key, kept }: StoredTrail,
): Promise<void> {
  const restored = await tenant.query(restoredEvents, { companyId })
  const signed = kept.map(({ at, note }) => ({ at, checkpoint: openNote(note, companyId, key.publicKey) }))
  for (const [place, { at, checkpoint }] of signed.entries()) {
    if (!checkpoint) {
      verifier.report(null, `The note of ${at} beside the keys is not signed with the key.`)
      continue
    }
    // A restore from a backup, which the trail tells of, has put an end to what this note signs.
    const isPast = restored.some(
      ({ index, size, root }) =>
        checkpoint.size > index && signed.slice(place).some((later) => isOf(later.checkpoint, size, root)),
    )
    if (!isPast) verifier.addCheckpoint({ ...checkpoint, name: `note of ${at} beside the keys` })
  }
}

function isOf(checkpoint: Checkpoint | undefined, size: number, root: string): boolean {
  return checkpoint?.size === size && checkpoint.root.toString('base64') === root
}
