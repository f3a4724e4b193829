import { setImmediate } from 'node:timers/promises'

/** Work in pieces: after so many units done in one go, other work that waits for the process runs. */
export function fairWork(unitsAtOnce: number): (units: number) => Promise<void> {
  let left = unitsAtOnce
  return async (units) => {
    left -= units
    if (left > 0) return
    left = unitsAtOnce
    await setImmediate()
  }
}
