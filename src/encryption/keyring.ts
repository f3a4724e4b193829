import { createPassedTime } from '../concurrency/passed-time.ts'
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

/** The bounds of a keyring's memory, and its clock, for a test: that is the time that passes, too. */
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
  return new CachingKeyring(source, options)
}

class CachingKeyring implements Keyring {
  readonly #source: DataKeySource
  readonly #maxCompanies: number
  readonly #now: () => number
  /** Milliseconds as they pass: a clock that is set back keeps no key in memory for longer. */
  readonly #passed: () => number
  // A Map keeps the order of insertion, so its first entry is the least recently used.
  readonly #cache = new Map<string, Loaded>()

  constructor(source: DataKeySource, { maxCompanies = 10_000, now }: KeyringOptions) {
    this.#source = source
    this.#maxCompanies = maxCompanies
    this.#now = now ?? (() => Date.now())
    this.#passed = now ?? createPassedTime()
  }

  forCompany(companyId: string): Promise<CompanyKeys> {
    const cached = this.#cache.get(companyId)
    const isFresh = cached && this.#passed() - cached.loadedAt < reloadAfterMs
    const entry = isFresh ? cached : this.#startLoading(companyId, cached)
    this.#cache.delete(companyId)
    this.#cache.set(companyId, entry)
    this.#evictOldest()
    return entry.keys
  }

  #startLoading(companyId: string, previous: Loaded | undefined): Loaded {
    previous?.value?.forgetTexts()
    const entry: Loaded = { keys: this.#load(companyId), loadedAt: this.#passed(), openedAt: this.#passed() }
    entry.keys = entry.keys.catch((error: unknown) => {
      if (error instanceof KeyProviderRefusedError)
        for (const each of [...this.#cache.keys()]) this.#drop(each)
      return this.#stale(entry, previous, error)
    })
    entry.keys.then(
      (value) => {
        entry.value = value
      },
      () => {
        if (this.#cache.get(companyId) === entry) this.#cache.delete(companyId)
      },
    )
    return entry
  }

  /** Returns the keys from before if the provider may be waited for. Throws the error otherwise. */
  #stale(entry: Loaded, previous: Loaded | undefined, error: unknown): CompanyKeys | Promise<CompanyKeys> {
    if (!(error instanceof KeyProviderBusyError) || !previous) throw error
    if (this.#passed() - previous.openedAt >= MAX_STALE_MS) throw error
    entry.openedAt = previous.openedAt
    entry.loadedAt = this.#passed() - reloadAfterMs + RETRY_STALE_MS
    return previous.keys
  }

  forget(companyId: string): void {
    const cached = this.#cache.get(companyId)
    if (cached) this.#cache.set(companyId, this.#startLoading(companyId, cached))
  }

  loaded(companyId: string): CompanyKeys | undefined {
    const entry = this.#cache.get(companyId)
    return entry && this.#passed() - entry.loadedAt < reloadAfterMs ? entry.value : undefined
  }

  async #load(companyId: string): Promise<CompanyKeys> {
    try {
      return await this.#loadOnce(companyId)
    } catch (error) {
      // The secret may have been rotated after the keys were read and before they were unwrapped.
      if (error instanceof KeyProviderBusyError || !(error instanceof KeyUnavailableError)) throw error
      return this.#loadOnce(companyId)
    }
  }

  async #loadOnce(companyId: string): Promise<CompanyKeys> {
    const rows = await loadDataKeys(this.#source, companyId)
    const dataKeys = await Promise.all(rows.map((row) => this.#unwrap(companyId, row)))
    return createCompanyKeys(companyId, dataKeys, this.#encryptingKey(rows))
  }

  async #unwrap(companyId: string, row: DataKeyRow): Promise<PlainDataKey> {
    const wrapped = Buffer.from(row.wrapped.buffer, row.wrapped.byteOffset, row.wrapped.byteLength)
    const plainKey = await this.#source.provider.unwrap(companyId, wrapped)
    return { id: row.id, plainKey, purpose: row.purpose }
  }

  #encryptingKey(rows: DataKeyRow[]): string {
    const usable = rows.filter((row) => row.purpose === 'CONTENT' && !this.#isRetired(row))
    const active =
      usable.findLast((row) => this.#now() - row.createdAt.getTime() >= ACTIVATION_MS) ?? usable[0]
    return active?.id ?? ''
  }

  #isRetired({ retiredAt }: DataKeyRow): boolean {
    return retiredAt !== null && retiredAt.getTime() <= this.#now()
  }

  #evictOldest(): void {
    if (this.#cache.size <= this.#maxCompanies) return
    for (const companyId of this.#cache.keys()) {
      this.#drop(companyId)
      return
    }
  }

  /** Drops the keys, and the texts that they have opened. */
  #drop(companyId: string): void {
    this.#cache.get(companyId)?.value?.forgetTexts()
    this.#cache.delete(companyId)
  }

  probe(): void {
    const lastUsed = [...this.#cache.keys()].at(-1)
    if (lastUsed !== undefined) this.forget(lastUsed)
  }
}
