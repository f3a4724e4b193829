import { type CompanyKeys, createCompanyKeys, type PlainDataKey } from './company-keys.ts'
import { type DataKeyRow, type DataKeySource, loadDataKeys } from './data-keys.ts'

const reloadAfterMs = 5 * 60_000
// Three reload times, so that every process has loaded a new key before any process encrypts with it.
const activationMs = 3 * reloadAfterMs

/** Returns the keys of companies. */
export interface Keyring {
  /**
   * Returns the company's keys, which are created on first use. Throws KeyUnavailableError if its secret is missing,
   * destroyed or another one.
   */
  forCompany(companyId: string): Promise<CompanyKeys>
  /** The company's keys if they are in memory and need not be loaded anew. */
  loaded(companyId: string): CompanyKeys | undefined
  /** Drops the company's keys from memory, after its secret was destroyed or rotated. */
  forget(companyId: string): void
}

/** The bounds of a keyring's memory, and its clock. */
export interface KeyringOptions {
  maxCompanies?: number
  now?: () => number
}

interface Loaded {
  keys: Promise<CompanyKeys>
  /** The result of the promise, once it has one. */
  value?: CompanyKeys
  loadedAt: number
}

/**
 * Creates a keyring that caches the unwrapped keys of the most recently used companies. Concurrent callers share one
 * load. Keys are loaded again every five minutes, which is how long a running process can use a destroyed secret.
 */
export function createKeyring(source: DataKeySource, options: KeyringOptions = {}): Keyring {
  const { maxCompanies = 10_000, now = Date.now } = options
  // A Map keeps the order of insertion, so its first entry is the least recently used.
  const cache = new Map<string, Loaded>()

  function forCompany(companyId: string): Promise<CompanyKeys> {
    const cached = cache.get(companyId)
    const entry = cached && now() - cached.loadedAt < reloadAfterMs ? cached : startLoading(companyId)
    cache.delete(companyId)
    cache.set(companyId, entry)
    evictOldest()
    return entry.keys
  }

  function startLoading(companyId: string): Loaded {
    drop(companyId)
    const entry: Loaded = { keys: load(companyId), loadedAt: now() }
    entry.keys.then(
      (value) => {
        entry.value = value
      },
      () => {
        if (cache.get(companyId) === entry) cache.delete(companyId)
      },
    )
    return entry
  }

  function loaded(companyId: string): CompanyKeys | undefined {
    const entry = cache.get(companyId)
    return entry && now() - entry.loadedAt < reloadAfterMs ? entry.value : undefined
  }

  async function load(companyId: string): Promise<CompanyKeys> {
    const rows = await loadDataKeys(source, companyId)
    const dataKeys = await Promise.all(rows.map((row) => unwrap(companyId, row)))
    return createCompanyKeys(companyId, dataKeys, encryptingKey(rows))
  }

  async function unwrap(companyId: string, row: DataKeyRow): Promise<PlainDataKey> {
    const wrapped = Buffer.from(row.wrapped.buffer, row.wrapped.byteOffset, row.wrapped.byteLength)
    const plainKey = await source.provider.unwrap(companyId, wrapped)
    return { id: row.id, plainKey, purpose: row.purpose }
  }

  function encryptingKey(rows: DataKeyRow[]): string {
    const usable = rows.filter((row) => row.purpose === 'CONTENT' && !isRetired(row))
    const active = usable.findLast((row) => now() - row.createdAt.getTime() >= activationMs) ?? usable[0]
    return active?.id ?? ''
  }

  function isRetired({ retiredAt }: DataKeyRow): boolean {
    return retiredAt !== null && retiredAt.getTime() <= now()
  }

  function evictOldest(): void {
    if (cache.size <= maxCompanies) return
    for (const companyId of cache.keys()) {
      drop(companyId)
      return
    }
  }

  /** Drops the keys, and the texts that they have opened. */
  function drop(companyId: string): void {
    cache.get(companyId)?.value?.forgetTexts()
    cache.delete(companyId)
  }

  return { forCompany, loaded, forget: drop }
}
