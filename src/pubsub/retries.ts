const FIRST_MS = 100
const MAX_DELAY_MS = 5_000

/** Decides when failed steps are repeated. */
export interface Retries {
  /** Resolves after a growing delay, or, while there is no connection, as soon as there is one. */
  wait(attempt: number): Promise<void>
  /** Ends all waits. */
  allNow(): void
}

/** Creates the pacing for the steps of many channels. `hasLink` tells whether there is a connection. */
export function createRetries(hasLink: () => boolean): Retries {
  const waiting = new Set<() => void>()

  function wait(attempt: number): Promise<void> {
    return new Promise((resolve) => {
      const delayMs = Math.min(MAX_DELAY_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10))
      const timer = hasLink() ? setTimeout(go, delayMs) : undefined
      timer?.unref()
      function go(): void {
        clearTimeout(timer)
        waiting.delete(go)
        resolve()
      }
      waiting.add(go)
    })
  }

  function allNow(): void {
    for (const go of waiting) go()
  }

  return { wait, allNow }
}
