/** The values that were added last. */
export interface RecentSet {
  /** Returns false if the value is in the set already. */
  add(value: string): boolean
}

/** Creates a set of at most `max` values, which forgets the oldest one. */
export function createRecentSet(max: number): RecentSet {
  const values = new Set<string>()
  return {
    add(value) {
      if (values.has(value)) return false
      values.add(value)
      if (values.size > max) values.delete(values.values().next().value as string)
      return true
    },
  }
}
