/** The answer to an event for one person. Its bytes are shared by the person's subscriptions. */
export class Answer {
  /** The answer as JSON. */
  readonly payload: string
  readonly cursor: string
  #madeFor: string | undefined
  #bytes: Buffer | undefined

  constructor(payload: string, cursor: string) {
    this.payload = payload
    this.cursor = cursor
  }

  /**
   * Returns the bytes that `make` creates for a subscription id. Consecutive subscriptions with the same id share them.
   */
  bytesFor(id: string, make: (id: string, payload: string) => Buffer): Buffer {
    if (this.#bytes === undefined || this.#madeFor !== id) {
      this.#bytes = make(id, this.payload)
      this.#madeFor = id
    }
    return this.#bytes
  }
}
