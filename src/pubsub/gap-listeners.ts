import type { Logger } from 'pino'

/**
 * Calls listeners when messages may have been lost, at most once per tick, because thousands of channels come back
 * together after an outage.
 */
export class GapListeners {
  readonly #listeners: (() => void)[] = []
  readonly #log: Logger
  #isDue = false
  #isClosed = false

  constructor(log: Logger) {
    this.#log = log
  }

  add(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Calls all listeners soon. One that throws is logged, and the others are called. */
  report(): void {
    if (this.#isDue || this.#isClosed) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      if (!this.#isClosed) for (const listener of this.#listeners) this.#call(listener)
    })
  }

  close(): void {
    this.#isClosed = true
  }

  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.#log.error({ err: error }, 'a gap listener failed')
    }
  }
}
