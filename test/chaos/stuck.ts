import { setTimeout as delay } from 'node:timers/promises'

/** Longer than a client waits for an answer and then before it tries again. */
const STUCK_MS = 90_000

/**
 * Waits for the work, however slow the machine: false once nothing has moved for a long while, by what `progress`
 * counts.
 */
export async function unlessStuck(work: Promise<unknown>, progress: () => number): Promise<boolean> {
  let isDone = false
  const done = work.then(() => {
    isDone = true
  })
  let seen = progress()
  let movedAt = performance.now()
  while (!isDone && performance.now() - movedAt < STUCK_MS) {
    await Promise.race([done, delay(1_000)])
    if (progress() === seen) continue
    seen = progress()
    movedAt = performance.now()
  }
  return isDone
}
