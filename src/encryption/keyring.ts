import { type CompanyKeys, createCompanyKeys, type PlainDataKey } from './company-keys.ts'
import { type DataKeyRow, type DataKeySource, loadDataKeys } from './data-keys.ts'
import { KeyProviderBusyError, KeyProviderRefusedError, KeyUnavailableError } from './errors.ts'

const reloadAfterMs = 5 * 60_000
/** Maximum time for which keys are used after the provider has opened them last, while it does not answer. */
const MAX_STALE_MS = 60 * 60_000
const RETRY_STALE_MS = 15_000
/** Three reload times, so that every process has loaded a new key before any process encrypts with it. */
export const ACTIVATION_MS = 3 * reloadAfterMs

/** Returns the keys of companies. */
export interface Keyring {
  /**
   * Returns the company's keys, which are created on first use. Throws KeyUnavailableError if its secret is missing or
   * another one, and KeysDestroyedError.
   */
  forCompany(companyId: string): Promise<CompanyKeys>
  /** The company's keys if they are in memory and need not be loaded anew. */
  loaded(companyId: string): CompanyKeys | undefined
  /**
   * Loads the company's keys anew if they are in memory, because its secret was destroyed or rotated. The old ones are not
   * used meanwhile.
   */
  forget(companyId: string): void
  /** Loads the keys of the company that was used last anew, to learn whether the provider still opens secrets. */
  probe(): void
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
  /** When the provider last opened them. */
  openedAt: number
}

/**
 * Creates a keyring that caches the unwrapped keys of the most recently used companies. Concurrent callers share one
 * load. Keys are loaded again every five minutes, and at once after `forget`. While the provider does not answer, those
 * in memory are used for at most an hour; once it refuses, none is used any more.
 */
export function createKeyring(source: DataKeySource, options: KeyringOptions = {}): Keyring {
  const { maxCompanies = 10_000, now = Date.now } = options
  // A Map keeps the order of insertion, so its first entry is the least recently used.
  const cache = new Map<string, Loaded>()

  function forCompany(companyId: string): Promise<CompanyKeys> {
    const cached = cache.get(companyId)
    const isFresh = cached && now() - cached.loadedAt < reloadAfterMs
    const entry = isFresh ? cached : startLoading(companyId, cached)
    cache.delete(companyId)
    cache.set(companyId, entry)
    evictOldest()
    return entry.keys
  }

  function startLoading(companyId: string, previous: Loaded | undefined): Loaded {
    previous?.value?.forgetTexts()
    const entry: Loaded = { keys: load(companyId), loadedAt: now(), openedAt: now() }
    entry.keys = entry.keys.catch((error: unknown) => {
      if (error instanceof KeyProviderRefusedError) for (const each of [...cache.keys()]) drop(each)
      return stale(entry, previous, error)
    })
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

  /** Returns the keys from before if the provider may be waited for. Throws the error otherwise. */
  function stale(
    entry: Loaded,
    previous: Loaded | undefined,
    error: unknown,
  ): CompanyKeys | Promise<CompanyKeys> {
    if (!(error instanceof KeyProviderBusyError) || !previous) throw error
    if (now() - previous.openedAt >= MAX_STALE_MS) throw error
    entry.openedAt = previous.openedAt
    entry.loadedAt = now() - reloadAfterMs + RETRY_STALE_MS
    return previous.keys
  }

  function reload(companyId: string): void {
    const cached = cache.get(companyId)
    if (cached) cache.set(companyId, startLoading(companyId, cached))
  }

  function loaded(companyId: string): CompanyKeys | undefined {
    const entry = cache.get(companyId)
    return entry && now() - entry.loadedAt < reloadAfterMs ? entry.value : undefined
  }

  async function load(companyId: string): Promise<CompanyKeys> {
    try {
      return await loadOnce(companyId)
    } catch (error) {
      // The secret may have been rotated after the keys were read and before they were unwrapped.
      if (error instanceof KeyProviderBusyError || !(error instanceof KeyUnavailableError)) throw error
      return loadOnce(companyId)
    }
  }

  async function loadOnce(companyId: string): Promise<CompanyKeys> {
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
    const active = usable.findLast((row) => now() - row.createdAt.getTime() >= ACTIVATION_MS) ?? usable[0]
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

  function probe(): void {
    const lastUsed = [...cache.keys()].at(-1)
    if (lastUsed !== undefined) reload(lastUsed)
  }

  return { forCompany, loaded, forget: reload, probe }
}
