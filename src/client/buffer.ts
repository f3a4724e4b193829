type Taker<T> = { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }

/** Values that wait for their consumer. */
export class EventBuffer<T> implements AsyncIterableIterator<T> {
  readonly #onLeave: () => void
  readonly #values: T[] = []
  readonly #takers: Taker<T>[] = []
  readonly #whenDrained: (() => void)[] = []
  #hasEnded = false
  #failure: { error: unknown } | undefined

  /** `onLeave` is called when the consumer leaves before the end. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave
  }

  get size(): number {
    return this.#values.length
  }

  push(value: T): void {
    if (this.#hasEnded) return
    this.#values.push(value)
    this.#settle()
  }

  /** Ends the iteration after the waiting values, with an error if given. */
  end(error?: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (error !== undefined) this.#failure = { error }
    this.#settle()
  }

  /** Resolves when no value is waiting. */
  drained(): Promise<void> {
    if (this.#values.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenDrained.push(resolve))
  }

  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject })
      this.#settle()
    })
  }

  async return(): Promise<IteratorResult<T>> {
    this.#values.length = 0
    this.#failure = undefined
    this.#hasEnded = true
    this.#settle()
    this.#onLeave()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #settle(): void {
    while (this.#takers.length > 0 && this.#values.length > 0) {
      this.#takers.shift()?.resolve({ value: this.#values.shift() as T, done: false })
    }
    if (this.#values.length > 0) return
    for (const resolve of this.#whenDrained.splice(0)) resolve()
    if (!this.#hasEnded) return
    for (const taker of this.#takers.splice(0)) {
      if (this.#failure) taker.reject(this.#failure.error)
      else taker.resolve({ value: undefined, done: true })
      this.#failure = undefined
    }
  }
}
