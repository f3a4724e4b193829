/** Lets so much through a second, and twice as much at once after a pause. */
export interface Flow {
  /** False if there has been too much of late. */
  passes(): boolean
}

const BURST_SECONDS = 2

/** Creates a flow: a bucket of tokens that fills steadily. */
export function createFlow(perSecond: number): Flow {
  const most = perSecond * BURST_SECONDS
  let tokens = most
  let filledAt = performance.now()
  return {
    passes() {
      const now = performance.now()
      tokens = Math.min(most, tokens + ((now - filledAt) / 1000) * perSecond)
      filledAt = now
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
