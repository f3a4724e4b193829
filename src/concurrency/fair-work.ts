import { setImmediate } from 'node:timers/promises'

/** Splits work into pieces: after `unitsAtOnce` units, other work of the process runs. */
export function fairWork(unitsAtOnce: number): (units: number) => Promise<void> {
  let left = unitsAtOnce
  return async (units) => {
    left -= units
    if (left > 0) return
    left = unitsAtOnce
    await setImmediate()
  }
}
