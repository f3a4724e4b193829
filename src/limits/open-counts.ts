import { type Hold, Shared } from '../concurrency/shared.ts'

/** Counts open things, such as sockets, by key. */
export interface OpenCounts {
  /** Counts one more, until it is released. Undefined if the key has reached the maximum. */
  open(key: string): Hold<string> | undefined
}

/** Creates counts for this process, with at most `max` per key. */
export function createOpenCounts(max: number): OpenCounts {
  const counted = new Shared<string, string>()
  return {
    open: (key) => (counted.holders(key) < max ? counted.hold(key, () => key) : undefined),
  }
}
