import { randomBytes } from 'node:crypto'
import type { KeyProvider } from './key-provider.ts'

/** A wrapped data key of a company, as the database stores it. */
export interface DataKeyRow {
  id: string
  wrapped: Uint8Array
  createdAt: Date
}

/** The storage of wrapped data keys. */
export interface DataKeyStore {
  /** Returns all data keys of the company, in any order. */
  list(companyId: string): Promise<DataKeyRow[]>
  /** Adds a data key unless the company has one with this id. Commits before it returns. */
  add(companyId: string, row: { id: string; wrapped: Buffer }): Promise<'added' | 'exists'>
}

/** The services that create and read data keys. */
export interface DataKeySource {
  provider: KeyProvider
  store: DataKeyStore
}

/**
 * Returns the company's wrapped data keys, oldest first. Creates the first secret and key if it has none. A company
 * with keys never gets a new secret: a missing one was lost or destroyed.
 */
export async function loadDataKeys(source: DataKeySource, companyId: string): Promise<DataKeyRow[]> {
  const existing = await listInOrder(source.store, companyId)
  if (existing.length > 0) return existing
  await source.provider.createSecret(companyId)
  await addDataKey(source, companyId, existing)
  const made = await listInOrder(source.store, companyId)
  if (made.length === 0) throw new Error('The data key just stored cannot be read back; is the tenant bound?')
  return made
}

/**
 * Adds the next data key of the company. Its id is derived from its generation, so of two concurrent processes one adds
 * the key and the other finds it. Processes encrypt with it only after all of them have had time to load it.
 */
export async function addDataKey(
  { provider, store }: DataKeySource,
  companyId: string,
  existing: DataKeyRow[],
): Promise<void> {
  const newest = Math.max(0, ...existing.map((row) => generationOf(row.id)))
  const wrapped = await provider.wrap(companyId, randomBytes(32))
  await store.add(companyId, { id: generationId(newest + 1), wrapped })
}

async function listInOrder(store: DataKeyStore, companyId: string): Promise<DataKeyRow[]> {
  const rows = await store.list(companyId)
  return rows.toSorted((left, right) => generationOf(left.id) - generationOf(right.id))
}

/** Returns a UUIDv8 whose last 48 bits count the company's data keys. */
function generationId(generation: number): string {
  return `00000000-0000-8000-8000-${generation.toString(16).padStart(12, '0')}`
}

function generationOf(id: string): number {
  return Number.parseInt(id.slice(-12), 16)
}
