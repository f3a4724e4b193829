/** Something with a deadline. */
export interface Due {
  /** Called when the time has come. Must not throw. */
  due(): void
}

/** Deadlines that share timers: those within one tick have one. */
export interface Deadlines {
  /** Calls `due` at a time in milliseconds since 1970, rounded up to a whole tick, however far off it is. */
  add(atMs: number, due: Due): void
  /** Does nothing if the time has come. */
  delete(atMs: number, due: Due): void
}

interface Tick {
  dues: Set<Due>
  timer: NodeJS.Timeout
}

const MAX_TIMER_MS = 2 ** 31 - 1

/** Creates deadlines, which do not keep the process running. */
export function createDeadlines(tickMs: number): Deadlines {
  const ticks = new Map<number, Tick>()
  const numberOf = (atMs: number) => Math.ceil(atMs / tickMs)

  function wait(number: number): NodeJS.Timeout {
    const leftMs = Math.max(0, number * tickMs - Date.now())
    return setTimeout(() => pass(number, leftMs), Math.min(leftMs, MAX_TIMER_MS)).unref()
  }

  function pass(number: number, leftMs: number): void {
    const tick = ticks.get(number)
    if (!tick) return
    if (leftMs > MAX_TIMER_MS) {
      tick.timer = wait(number)
      return
    }
    ticks.delete(number)
    for (const each of tick.dues) each.due()
  }

  return {
    add(atMs, due) {
      const number = numberOf(atMs)
      const tick = ticks.get(number) ?? { dues: new Set(), timer: wait(number) }
      ticks.set(number, tick)
      tick.dues.add(due)
    },
    delete(atMs, due) {
      const tick = ticks.get(numberOf(atMs))
      if (!tick?.dues.delete(due) || tick.dues.size > 0) return
      clearTimeout(tick.timer)
      ticks.delete(numberOf(atMs))
    },
  }
}
