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
export function tabMemory(
  storage: TabStorage,
  { installation, tokens }: Pick<GraphiqlSettings, 'installation' | 'tokens'>,
) {
  const prefix = `${installation}/`
  const freshTokens = new Map(tokens.map((token) => [subjectOf(token), token]))
  const partsOfTab = new Map([
    ['graphiql:query', 'query'],
    ['graphiql:variables', 'variables'],
    ['graphiql:headers', 'headers'],
  ])
  return {
    getItem(key: string): string | null {
      const part = partsOfTab.get(key)
      return part ? (activeTab()[part] ?? null) : read(key)
    },
    setItem: (key: string, value: string) => storage.setItem(prefix + key, value),
    removeItem: (key: string) => storage.removeItem(prefix + key),
    get length() {
      return ownKeys().length
    },
    clear() {
      for (const key of ownKeys()) storage.removeItem(key)
    },
  }

  function read(key: string): string | null {
    const text = storage.getItem(prefix + key)
    return (
      text?.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, (token) => freshTokens.get(subjectOf(token)) ?? token) ??
      null
    )
  }

  /** GraphiQL stores the last edits beside its tabs, and opens one more tab if the two differ. */
  function activeTab(): Record<string, string | null> {
    const { tabs, activeTabIndex } = JSON.parse(read('graphiql:tabState') ?? '{}')
    return tabs?.[activeTabIndex] ?? {}
  }

  function ownKeys(): string[] {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
    return keys.filter((key) => key.startsWith(prefix))
  }

  function subjectOf(token: string): unknown {
    try {
      return JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))).sub
    } catch {
      return undefined
    }
  }
}
