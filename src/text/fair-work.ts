import { setImmediate } from 'node:timers/promises'

/** Work in pieces: after so many units done in one go, everybody else who waits for the process has a turn. */
export function fairWork(unitsAtOnce: number): (units: number) => Promise<void> {
  let left = unitsAtOnce
  return async (units) => {
    left -= units
    if (left > 0) return
    left = unitsAtOnce
    await setImmediate()
  }
}
