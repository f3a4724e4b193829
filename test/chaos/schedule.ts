import { between, shuffle } from './chance.ts'

/** When what is to go wrong. */
export interface Planned<Name extends string> {
  readonly atMs: number
  readonly fault: Name
}

const GAP_MS = { least: 500, max: 2_200 }
const FIRST_MS = 1_500
/** Faults that last are over by then. */
const QUIET_MS = 2_000

/** Plans faults at random times: all kinds in some order, and then all again in another. */
export function planFaults<Name extends string>(
  random: () => number,
  seconds: number,
  names: readonly Name[],
): Planned<Name>[] {
  const planned: Planned<Name>[] = []
  let deck: Name[] = []
  for (
    let atMs = FIRST_MS;
    atMs < seconds * 1_000 - QUIET_MS;
    atMs += between(random, GAP_MS.least, GAP_MS.max)
  ) {
    if (deck.length === 0) deck = shuffle(random, names)
    const fault = deck.pop()
    if (fault) planned.push({ atMs, fault })
  }
  return planned
}
