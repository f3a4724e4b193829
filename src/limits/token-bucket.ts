/** Lets so much through a second, and twice as much at once after a pause. */
export interface TokenBucket {
  /** False if there has been too much of late. */
  passes(): boolean
}

const BURST_SECONDS = 2

/** Creates a bucket of tokens that fills steadily. */
export function createTokenBucket(perSecond: number): TokenBucket {
  const max = perSecond * BURST_SECONDS
  let tokens = max
  let filledAt = performance.now()
  return {
    passes() {
      const now = performance.now()
      tokens = Math.min(max, tokens + ((now - filledAt) / 1000) * perSecond)
      filledAt = now
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
