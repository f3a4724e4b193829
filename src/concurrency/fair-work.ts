import { setImmediate } from 'node:timers/promises'

/**
 * Splits work into pieces: after `unitsAtOnce` units, other work of the process runs. Returns a promise only when there is
 * something to wait for, since one for each unit would cost more than most units do.
 */
export function fairWork(unitsAtOnce: number): (units: number) => Promise<void> | undefined {
  let left = unitsAtOnce
  return (units) => {
    left -= units
    if (left > 0) return undefined
    left = unitsAtOnce
    return setImmediate()
  }
}
