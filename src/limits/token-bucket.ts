const BURST_SECONDS = 2

/** Lets a number of calls per second pass, and twice as many at once after a pause. It fills steadily. */
export class TokenBucket {
  readonly #perSecond: number
  #tokens: number
  #filledAt = performance.now()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond * BURST_SECONDS
  }

  /** False if the bucket is empty. */
  passes(): boolean {
    const now = performance.now()
    const filled = this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond * BURST_SECONDS, filled)
    this.#filledAt = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
