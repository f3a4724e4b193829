/** A number of rows, as statements return it. */
export interface Count {
  count: number
}

/**
 * Repeats a batch until it finds fewer than `max` rows or the signal comes. Yields the number of rows of each, so that they count
 * even if a later batch fails.
 */
export async function* inBatches(
  max: number,
  batch: () => Promise<Count[]>,
  signal?: AbortSignal,
): AsyncGenerator<number> {
  for (let count = max; count >= max && !signal?.aborted; ) {
    count = (await batch())[0]?.count ?? 0
    yield count
  }
}
