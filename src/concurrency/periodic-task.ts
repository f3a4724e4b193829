/** A task that runs again and again until it is stopped. */
export interface PeriodicTask {
  /** Aborts a run that is under way, waits for its end, and starts no other. */
  stop(): Promise<void>
}

/** Starts the first run after `firstAfterMs`, and each other one `everyMs` after the end of the one before. A run must not throw. */
export function startPeriodicTask(
  run: (signal: AbortSignal) => Promise<void>,
  { everyMs, firstAfterMs = everyMs }: { everyMs: number; firstAfterMs?: number },
): PeriodicTask {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(begin, firstAfterMs).unref()

  function begin(): void {
    running = run(stopping.signal).finally(() => {
      if (!stopping.signal.aborted) timer = setTimeout(begin, everyMs).unref()
    })
  }

  return {
    async stop() {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}
