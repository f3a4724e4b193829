/** Runs a piece of work once a permit is free. */
export type WithPermit = <T>(work: () => Promise<T>) => Promise<T>

/** Lets so many pieces of work run at a time, and begins the others in the order in which they came. */
export function createSemaphore(maxAtOnce: number): WithPermit {
  const waiting = new Set<() => void>()
  let running = 0

  async function withPermit<T>(work: () => Promise<T>): Promise<T> {
    if (running >= maxAtOnce) await new Promise<void>((resolve) => waiting.add(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      passOn()
    }
  }

  /** The permit goes to the longest waiting, so that later callers cannot overtake. */
  function passOn(): void {
    const [next] = waiting
    if (next) {
      waiting.delete(next)
      next()
    } else {
      running -= 1
    }
  }

  return withPermit
}
