/** An event's answer to one person, as its bytes go to each of that person's subscriptions. */
export class Answer {
  /** JSON of what is answered. */
  readonly payload: string
  readonly cursor: string
  #madeFor: string | undefined
  #bytes: Buffer | undefined

  constructor(payload: string, cursor: string) {
    this.payload = payload
    this.cursor = cursor
  }

  /** The bytes as `make` makes them for a subscription's id; subscriptions of the same id in a row share them. */
  bytesFor(id: string, make: (id: string, payload: string) => Buffer): Buffer {
    if (this.#bytes === undefined || this.#madeFor !== id) {
      this.#bytes = make(id, this.payload)
      this.#madeFor = id
    }
    return this.#bytes
  }
}
