/** A whole number from `least` to `most`, both included. */
export function between(random: () => number, least: number, max: number): number {
  return least + Math.floor(random() * (max - least + 1))
}

/** One of the values, of which there must be one. */
export function pick<T>(random: () => number, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('There is nothing to pick from.')
  return value
}

/** So many different ones of the values, or all if there are fewer. */
export function sample<T>(random: () => number, values: readonly T[], count: number): T[] {
  return shuffle(random, values).slice(0, count)
}

/** The values in another order (Fisher and Yates). */
export function shuffle<T>(random: () => number, values: readonly T[]): T[] {
  const shuffled = [...values]
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    ;[shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T]
  }
  return shuffled
}
