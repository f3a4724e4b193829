const MAX_MESSAGES = 25
const MIN_MESSAGES = 5
/** Sends to the conversation wait for a slice, and never for more than 50 ms; this leaves room for one that is slower than the last. */
const SLOW_MS = 20
const FAST_MS = 10

/** The number of messages of a slice of a purge: fewer after a slow slice, such as one of a busy machine. */
export class SliceSize {
  messages = MAX_MESSAGES

  /** Takes the time of the last slice. */
  adapt(tookMs: number): void {
    if (tookMs > SLOW_MS) this.messages = Math.max(MIN_MESSAGES, Math.floor(this.messages / 2))
    else if (tookMs < FAST_MS) this.messages = Math.min(MAX_MESSAGES, this.messages + 1)
  }
}
