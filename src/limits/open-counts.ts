/** Counts open things, such as sockets, by key. */
export interface OpenCounts {
  /** Counts one more and returns a function that ends it. Undefined if the key has reached the maximum. */
  open(key: string): (() => void) | undefined
}

/** Creates counts for this process, with at most `max` per key. */
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
