import type { KeyObject } from 'node:crypto'
import type { Database } from '../database/database.ts'
import { sealedEvents, sealingLag } from '../metrics/metrics.ts'
import { leafOf } from './audit-row.ts'
import { leafHash, MerkleTree, readRange, type Subtree } from './merkle-tree.ts'
import { type Checkpoint, openNote, signNote } from './note.ts'
import type { KeptNote, NoteFiles } from './note-files.ts'
import { eventsFrom, keepCheckpoint, readHead, restoredFrom } from './seal-statements.ts'
import type { SigningKey } from './signing-key.ts'

/** Maximum number of events between two checkpoints. */
const MAX_LEAVES = 1_000
/** Hashes of subtrees are kept at each eighth level: an inclusion proof then reads few rows. */
export const LEVELS_APART = 8

/** The dependencies of sealing. */
export interface Sealing {
  database: Pick<Database, 'forSystem'>
  notes: NoteFiles
  key: SigningKey
}

/** Thrown where sealing would sign another history than one that has been signed before. */
export class BehindNoteError extends Error {
  override readonly name = 'BehindNoteError'
}

/** A note that seals events. */
export interface Sealed extends KeptNote {
  /** True if more events may be waiting. */
  hasMore: boolean
}

/**
 * Seals a company's next events, at most 1,000, and returns the note; undefined if there are none, or another process was
 * faster. Costs the new events only. Throws BehindNoteError if the database is behind the latest note beside the keys.
 */
export async function sealCompany(sealing: Sealing, companyId: string): Promise<Sealed | undefined> {
  const { database, key, notes } = sealing
  const system = database.forSystem(companyId)
  const [head] = await system.query(readHead, { companyId })
  const from = head?.size ?? 0
  const tree = new MerkleTree(from, head ? readRange(head.range) : [])
  await assertNotBehind(sealing, companyId, tree)
  const rows = await system.query(eventsFrom, { companyId, from, max: MAX_LEAVES })
  const [first] = rows
  if (!first) return undefined
  const nodes: Subtree[] = []
  const leaves = rows.map((row, at) => {
    if (row.index !== from + at)
      throw new BehindNoteError(`The event ${from + at} of the audit trail is missing.`)
    const hash = leafHash(leafOf(companyId, row))
    tree.push(hash, (subtree) => {
      if (subtree.level % LEVELS_APART === 0) nodes.push(subtree)
    })
    return hash
  })
  const { size, root } = tree
  const note = signNote(key.privateKey, companyId, { size, root })
  const [stored] = await system.query(keepCheckpoint, {
    ...{ from, size, root, note, range: Buffer.concat(tree.range), leaves: Buffer.concat(leaves) },
    levels: nodes.map(({ level }) => level),
    indexes: nodes.map(({ index }) => index),
    hashes: nodes.map(({ hash }) => hash),
  })
  if (!stored?.isKept) return undefined
  const kept = { at: new Date().toISOString(), note }
  await notes.append(companyId, kept)
  sealedEvents.inc(leaves.length)
  sealingLag.observe(Math.max(0, Date.now() - first.at) / 1000)
  return { ...kept, hasMore: rows.length === MAX_LEAVES }
}

/**
 * Seals all that is not sealed, so that it is verified as well. A trail that cannot be sealed stays as it is: verification tells
 * of it.
 */
export async function sealPending(sealing: Sealing, companyId: string): Promise<void> {
  try {
    while ((await sealCompany(sealing, companyId))?.hasMore);
  } catch (error) {
    if (!(error instanceof BehindNoteError)) throw error
  }
}

/** A database that was put back, or changed, must not be signed as if nothing had happened. */
async function assertNotBehind(
  { database, notes, key }: Sealing,
  companyId: string,
  { size, root }: MerkleTree,
): Promise<void> {
  const latest = await notes.latest(companyId)
  const signed = latest && openOnce(latest, companyId, key.publicKey)
  if (!signed || signed.size < size || (signed.size === size && signed.root.equals(root))) return
  const values = { companyId, size: signed.size, root: signed.root.toString('base64') }
  const restored = await database.forSystem(companyId).query(restoredFrom, values)
  if (restored.some(({ index }) => index < signed.size)) return
  throw new BehindNoteError(
    `The audit trail of company ${companyId} is sealed up to ${size} events, and a note of ${latest.at} signs ${signed.size} others: ` +
      'verify it, and after a restore from a backup run `audit restored`.',
  )
}

/** Opened notes are kept, because the latest note of a company is read again whenever the next one is made. */
const opened = new WeakMap<KeptNote, Checkpoint | undefined>()

function openOnce(kept: KeptNote, companyId: string, key: KeyObject): Checkpoint | undefined {
  if (!opened.has(kept)) opened.set(kept, openNote(kept.note, companyId, key))
  return opened.get(kept)
}
