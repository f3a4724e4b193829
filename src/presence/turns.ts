/** Runs a piece of work when it is its turn. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Lets so many pieces of work run at a time, and begins the others in the order in which they came. */
export function createTurns(mostAtOnce: number): InTurn {
  const waiting = new Set<() => void>()
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.add(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      passOn()
    }
  }

  /** The place goes to who waits longest, so that nobody who comes meanwhile gets in between. */
  function passOn(): void {
    const [next] = waiting
    if (next) {
      waiting.delete(next)
      next()
    } else {
      running -= 1
    }
  }

  return inTurn
}
