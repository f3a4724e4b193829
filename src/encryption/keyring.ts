import { type CompanyKeys, createCompanyKeys, type PlainDataKey } from './company-keys.ts'
import { type DataKeyRow, type DataKeySource, loadDataKeys } from './data-keys.ts'

const reloadAfterMs = 5 * 60_000
// Thrice the reload time: every node has loaded a new key before any node encrypts with it.
const activationMs = 3 * reloadAfterMs

/** Hands out the keys of companies. */
export interface Keyring {
  /** The company's keys, made on first use. Throws KeyUnavailableError when its secret is missing, destroyed or another one. */
  forCompany(companyId: string): Promise<CompanyKeys>
  /** The company's keys if they are in memory and need not be loaded anew. */
  loaded(companyId: string): CompanyKeys | undefined
  /** Drops the company's keys from memory, after its secret was destroyed or rotated. */
  forget(companyId: string): void
}

/** Limits of the memory of a keyring, and its clock. */
export interface KeyringOptions {
  maxCompanies?: number
  now?: () => number
}

interface Loaded {
  keys: Promise<CompanyKeys>
  /** What the promise has come to. */
  value?: CompanyKeys
  loadedAt: number
}

/**
 * Keeps the unwrapped keys of the most recently used companies in memory, loads each once however many ask at the same time, and loads
 * them anew every five minutes: that is how long a destroyed secret can outlive its file on a running node.
 */
export function createKeyring(source: DataKeySource, options: KeyringOptions = {}): Keyring {
  const { maxCompanies = 10_000, now = Date.now } = options
  // A Map keeps insertion order, so its first entry is the least recently used one.
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
    return { id: row.id, plainKey: await source.provider.unwrap(companyId, wrapped) }
  }

  function encryptingKey(rows: DataKeyRow[]): string {
    const active = rows.findLast((row) => now() - row.createdAt.getTime() >= activationMs) ?? rows[0]
    return active?.id ?? ''
  }

  function evictOldest(): void {
    if (cache.size <= maxCompanies) return
    for (const companyId of cache.keys()) {
      cache.delete(companyId)
      return
    }
  }

  return { forCompany, loaded, forget: (companyId) => void cache.delete(companyId) }
}
