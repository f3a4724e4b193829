/** How many things each key has open. */
export interface OpenCounts {
  /** Counts one more and returns how to count it off again; undefined if the key has as many as it may. */
  open(key: string): (() => void) | undefined
}

/** Counts what is open in this process, at most so many a key. */
export function createOpenCounts(max: number): OpenCounts {
  const counts = new Map<string, number>()
  return {
    open(key) {
      const count = counts.get(key) ?? 0
      if (count >= max) return undefined
      counts.set(key, count + 1)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        const left = (counts.get(key) ?? 1) - 1
        if (left === 0) counts.delete(key)
        else counts.set(key, left)
      }
    },
  }
}
