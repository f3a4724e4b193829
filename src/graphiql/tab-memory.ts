import type { GraphiqlSettings } from './settings.ts'

/** The part of the Web Storage API that GraphiQL uses. */
export interface TabStorage {
  readonly length: number
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
  key(index: number): string | null
}

/**
 * Stores what GraphiQL remembers between visits, per installation and only while its tokens are valid: a reload after
 * they expired, or on a new data directory, starts like a first visit. It runs in the page, so its text refers to
 * nothing else.
 */
export class TabMemory {
  readonly #storage: TabStorage
  readonly #prefix: string
  readonly #freshTokens: ReadonlyMap<unknown, string>
  readonly #partsOfTab = new Map([
    ['graphiql:query', 'query'],
    ['graphiql:variables', 'variables'],
    ['graphiql:headers', 'headers'],
  ])

  constructor(storage: TabStorage, settings: Pick<GraphiqlSettings, 'installation' | 'tokens'>) {
    this.#storage = storage
    this.#prefix = `${settings.installation}/`
    this.#freshTokens = new Map(settings.tokens.map((token) => [this.#subjectOf(token), token]))
  }

  get length(): number {
    return this.#ownKeys().length
  }

  getItem(key: string): string | null {
    const part = this.#partsOfTab.get(key)
    return part ? (this.#activeTab()[part] ?? null) : this.#read(key)
  }

  setItem(key: string, value: string): void {
    this.#storage.setItem(this.#prefix + key, value)
  }

  removeItem(key: string): void {
    this.#storage.removeItem(this.#prefix + key)
  }

  clear(): void {
    for (const key of this.#ownKeys()) this.#storage.removeItem(key)
  }

  #read(key: string): string | null {
    const text = this.#storage.getItem(this.#prefix + key)
    const renewed = (token: string) => this.#freshTokens.get(this.#subjectOf(token)) ?? token
    return text?.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, renewed) ?? null
  }

  /** GraphiQL stores the last edits beside its tabs, and opens one more tab if the two differ. */
  #activeTab(): Record<string, string | null> {
    const { tabs, activeTabIndex } = JSON.parse(this.#read('graphiql:tabState') ?? '{}')
    return tabs?.[activeTabIndex] ?? {}
  }

  #ownKeys(): string[] {
    const { length } = this.#storage
    const keys = Array.from({ length }, (_, index) => this.#storage.key(index) ?? '')
    return keys.filter((key) => key.startsWith(this.#prefix))
  }

  #subjectOf(token: string): unknown {
    try {
      return JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))).sub
    } catch {
      return undefined
    }
  }
}
