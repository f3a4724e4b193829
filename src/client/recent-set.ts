/** The values added of late. */
export interface RecentSet {
  /** False if the value is one of them already. */
  add(value: string): boolean
}

/** Creates a set that forgets its oldest value beyond so many. */
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
