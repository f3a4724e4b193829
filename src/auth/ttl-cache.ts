/** A TTL cache. Concurrent callers share one look-up, and failures are not cached. */
export interface TtlCache<T> {
  recall(key: string, load: () => Promise<T>): Promise<T>
  forgetOne(key: string): void
  forget(matches: (key: string) => boolean): void
}

/** Creates a cache that is bounded in time (milliseconds) and in entries. The oldest entry is removed first. */
export function createTtlCache<T>(freshMs: number, maxEntries = 50_000): TtlCache<T> {
  const entries = new Map<string, { value: Promise<T>; loadedAt: number }>()
  return {
    recall(key, load) {
      const known = entries.get(key)
      if (known && performance.now() - known.loadedAt < freshMs) return known.value
      const entry = { value: load(), loadedAt: performance.now() }
      entries.delete(key)
      entries.set(key, entry)
      entry.value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key)
      })
      const [oldest] = entries.keys()
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest)
      return entry.value
    },
    forgetOne: (key) => void entries.delete(key),
    forget(matches) {
      for (const key of entries.keys()) if (matches(key)) entries.delete(key)
    },
  }
}
