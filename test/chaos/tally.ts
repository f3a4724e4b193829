/** Counts by kind and words. */
export interface Tally {
  add(kind: string, words?: string): void
  of(kind: string): number
  /** One line per kind, and under it its words, the most frequent first. */
  lines(): string[]
}

const MAX_WORDS = 12

/** Creates an empty tally. */
export function createTally(): Tally {
  const kinds = new Map<string, Map<string, number>>()

  function of(kind: string): number {
    let sum = 0
    for (const count of kinds.get(kind)?.values() ?? []) sum += count
    return sum
  }

  return {
    add(kind, words = '') {
      const counts = kinds.get(kind) ?? new Map<string, number>()
      kinds.set(kind, counts.set(words, (counts.get(words) ?? 0) + 1))
    },
    of,
    lines() {
      return [...kinds].flatMap(([kind, counts]) => {
        const sorted = [...counts].filter(([words]) => words !== '').sort(([, one], [, other]) => other - one)
        return [
          `  ${of(kind)} × ${kind}`,
          ...sorted.slice(0, MAX_WORDS).map(([words, count]) => `      ${count} × ${words}`),
        ]
      })
    },
  }
}
