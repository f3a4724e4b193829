import { randomBytes } from 'node:crypto'
import type { KeyProvider } from './key-provider.ts'

/**
 * The use of a data key: CONTENT encrypts texts, INDEX makes search tokens, LOOKUP the hashes of requests and the MACs of
 * cursors. A key of one purpose can be retired without the others.
 */
export type KeyPurpose = 'CONTENT' | 'INDEX' | 'LOOKUP'

/** A wrapped data key of a company, as the database stores it. */
export interface DataKeyRow {
  id: string
  wrapped: Uint8Array
  purpose: KeyPurpose
  createdAt: Date
  /** From this time on nothing is encrypted with it. */
  retiredAt: Date | null
}

/** The storage of wrapped data keys. */
export interface DataKeyStore {
  /** Returns all data keys of the company, in any order. */
  list(companyId: string): Promise<DataKeyRow[]>
  /** Adds a data key unless the company has one with this id. Commits before it returns. */
  add(
    companyId: string,
    row: { id: string; wrapped: Buffer; purpose: KeyPurpose },
  ): Promise<'added' | 'exists'>
  /**
   * Runs `work` while nobody else changes the company's keys, in one transaction, and then has every process load them
   * anew. The audit trail tells which key was rotated, if one was.
   */
  exclusively<T>(
    companyId: string,
    work: (keys: LockedDataKeys) => Promise<T>,
    rotated?: 'SECRET' | 'CONTENT',
  ): Promise<T>
}

/** The data keys of one company, which nobody else changes meanwhile. */
export interface LockedDataKeys {
  list(): Promise<DataKeyRow[]>
  add(row: { id: string; wrapped: Buffer; purpose: KeyPurpose }): Promise<void>
  rewrap(id: string, wrapped: Buffer): Promise<void>
  retire(ids: string[], retiredAt: Date): Promise<void>
}

/** The services that create and read data keys. */
export interface DataKeySource {
  provider: KeyProvider
  store: DataKeyStore
}

/** In the order in which a new company gets its keys. */
const purposes: readonly KeyPurpose[] = ['CONTENT', 'INDEX', 'LOOKUP']

/**
 * Returns the company's wrapped data keys, oldest first. Creates the first secret, and a key for each purpose, if it has
 * none. A company with keys never gets a new secret: a missing one was lost or destroyed.
 */
export async function loadDataKeys(source: DataKeySource, companyId: string): Promise<DataKeyRow[]> {
  const existing = await listInOrder(source.store, companyId)
  const missing = purposes.filter((purpose) => !existing.some((row) => row.purpose === purpose))
  if (missing.length === 0) return existing
  if (existing.length === 0) await source.provider.createSecret(companyId)
  for (const [index, purpose] of missing.entries()) {
    const wrapped = await firstOf(source, companyId, existing)
    await source.store.add(companyId, { id: generationId(newestOf(existing) + index + 1), wrapped, purpose })
  }
  const made = await listInOrder(source.store, companyId)
  if (made.length === 0) throw new Error('The data key just stored cannot be read back; is the tenant bound?')
  return made
}

/** A company from before keys had purposes has used its oldest one for all of them, and keeps it. */
async function firstOf(
  { provider }: DataKeySource,
  companyId: string,
  [oldest]: DataKeyRow[],
): Promise<Buffer> {
  return oldest ? Buffer.from(oldest.wrapped) : provider.wrap(companyId, randomBytes(32))
}

async function listInOrder(store: DataKeyStore, companyId: string): Promise<DataKeyRow[]> {
  return inOrder(await store.list(companyId))
}

function inOrder(rows: DataKeyRow[]): DataKeyRow[] {
  return rows.toSorted((left, right) => generationOf(left.id) - generationOf(right.id))
}

function newestOf(rows: DataKeyRow[]): number {
  return Math.max(0, ...rows.map((row) => generationOf(row.id)))
}

/** Returns the id of the data key that follows these. */
export function nextKeyId(rows: DataKeyRow[]): string {
  return generationId(newestOf(rows) + 1)
}

/** Returns a UUIDv8 whose last 48 bits count the company's data keys. */
function generationId(generation: number): string {
  return `00000000-0000-8000-8000-${generation.toString(16).padStart(12, '0')}`
}

function generationOf(id: string): number {
  return Number.parseInt(id.slice(-12), 16)
}
