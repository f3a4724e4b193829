/** Lets a number of calls per second pass, and twice as many at once after a pause. */
export interface TokenBucket {
  /** False if the bucket is empty. */
  passes(): boolean
}

const BURST_SECONDS = 2

/** Creates a token bucket that fills steadily. */
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
