/** The capacity of a queue, and the callbacks for its end. */
export interface EventQueueOptions<T> {
  readonly maxValues: number
  /** In the unit of `sizeOf`. A single value may be larger. */
  readonly maxBytes: number
  sizeOf(value: T): number
  /** Returns the last value of a stream whose consumer is too slow. */
  onOverflow(): T
  /** Called once, when the stream takes no more values. */
  onEnd(): void
}

/** Takes one value of a queue: the next one, or undefined at the end of the stream. */
export interface Consumer<T> {
  take(value: T | undefined): void
}

/** Grown with `concat`, because `push` and spreading reserve room for more. */
const NOBODY: readonly never[] = []

/**
 * A bounded queue between the hub and one subscription. When it is full, the stream ends after the queued values and
 * the value of `onOverflow`.
 */
export class EventQueue<T extends object> implements AsyncIterableIterator<T> {
  readonly #options: EventQueueOptions<T>
  readonly #values: T[] = []
  #consumers: readonly Consumer<T>[] = NOBODY
  #whenDrained: readonly (() => void)[] = NOBODY
  #bytes = 0
  #hasEnded = false
  #taken = 0

  constructor(options: EventQueueOptions<T>) {
    this.#options = options
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Number of values that the consumer has taken. */
  get taken(): number {
    return this.#taken
  }

  /** True if an eighth of its capacity is used, so that values that can be read later should not be added. */
  get hasPlenty(): boolean {
    const { maxValues, maxBytes } = this.#options
    return this.#values.length >= maxValues / 8 || this.#bytes >= maxBytes / 8
  }

  /** Returns false if the stream has ended and the value was not taken. */
  push(value: T): boolean {
    if (this.#hasEnded) return false
    if (this.#handOver(value)) {
      this.#taken += 1
      return true
    }
    const size = this.#options.sizeOf(value)
    if (this.#isFull(size)) {
      this.end(this.#options.onOverflow())
      return false
    }
    this.#values.push(value)
    this.#bytes += size
    return true
  }

  /**
   * Adds a value that may be dropped. It is added only while fewer than `maxWaiting` values are queued, and never
   * causes an overflow.
   */
  pushSpare(value: T, maxWaiting: number): boolean {
    return this.#values.length < maxWaiting && !this.#isFull(this.#options.sizeOf(value)) && this.push(value)
  }

  /** Ends the stream after the queued values, and after `last` if given. */
  end(last?: T): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (last && !this.#handOver(last)) this.#values.push(last)
    while (this.#handOver(undefined));
    this.#tellDrained()
    this.#options.onEnd()
  }

  /** Takes the first queued value. Undefined if the queue is empty. */
  takeNow(): T | undefined {
    const value = this.#values.shift()
    if (!value) return undefined
    this.#taken += 1
    this.#bytes = this.#values.length === 0 ? 0 : this.#bytes - this.#options.sizeOf(value)
    if (this.#whenDrained.length > 0 && this.#isDrained()) this.#tellDrained()
    return value
  }

  /** Gives the consumer the next value, now or when there is one. It waits without a promise of its own. */
  giveNext(consumer: Consumer<T>): void {
    const value = this.takeNow()
    if (value || this.#hasEnded) consumer.take(value)
    else this.#consumers = this.#consumers.concat(consumer)
  }

  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve) =>
      this.giveNext({
        take: (value) => resolve(value ? { value, done: false } : { value: undefined, done: true }),
      }),
    )
  }

  return(): Promise<IteratorResult<T>> {
    this.#values.length = 0
    this.end()
    return Promise.resolve({ value: undefined, done: true })
  }

  /** Resolves when the queue is almost empty or the stream has ended. */
  drained(): Promise<void> {
    if (this.#hasEnded || this.#isDrained()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenDrained = this.#whenDrained.concat(resolve)
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** False if nobody waits for a value. */
  #handOver(value: T | undefined): boolean {
    const [first] = this.#consumers
    if (!first) return false
    this.#consumers = this.#consumers.length === 1 ? NOBODY : this.#consumers.slice(1)
    first.take(value)
    return true
  }

  #isFull(size: number): boolean {
    const { maxValues, maxBytes } = this.#options
    const { length } = this.#values
    return length >= maxValues || (length > 0 && this.#bytes + size > maxBytes)
  }

  /** Almost empty counts as drained, because droppable values arrive all the time. */
  #isDrained(): boolean {
    const { maxValues, maxBytes } = this.#options
    return this.#values.length <= maxValues / 20 && this.#bytes <= maxBytes / 20
  }

  #tellDrained(): void {
    const waiting = this.#whenDrained
    this.#whenDrained = NOBODY
    for (const resolve of waiting) resolve()
  }
}

/** Creates an empty queue. */
export function createEventQueue<T extends object>(options: EventQueueOptions<T>): EventQueue<T> {
  return new EventQueue(options)
}
