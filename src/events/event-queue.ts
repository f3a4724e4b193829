/** A bounded queue between the hub and one subscription. */
export interface EventQueue<T> extends AsyncIterableIterator<T> {
  /** Takes the first queued value. Undefined if the queue is empty. */
  takeNow(): T | undefined
  /** Returns false if the stream has ended and the value was not taken. */
  push(value: T): boolean
  /**
   * Adds a value that may be dropped. It is added only while fewer than `maxWaiting` values are queued, and never
   * causes an overflow.
   */
  pushSpare(value: T, maxWaiting: number): boolean
  /** Ends the stream after the queued values, and after `last` if given. */
  end(last?: T): void
  readonly hasEnded: boolean
  /** Number of values that the consumer has taken. */
  readonly taken: number
  /** True if an eighth of its capacity is used, so that values that can be read later should not be added. */
  readonly hasPlenty: boolean
  /** Resolves when the queue is almost empty or the stream has ended. */
  drained(): Promise<void>
}

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

type Waiting<T> = (result: IteratorResult<T>) => void

/** Creates a queue. When it is full, the stream ends after the queued values and the value of `onOverflow`. */
export function createEventQueue<T extends object>(options: EventQueueOptions<T>): EventQueue<T> {
  const values: T[] = []
  const consumers: Waiting<T>[] = []
  let whenDrained: (() => void)[] = []
  let bytes = 0
  let ended = false
  let taken = 0

  function push(value: T): boolean {
    if (ended) return false
    const consumer = consumers.shift()
    if (consumer) {
      taken += 1
      consumer({ value, done: false })
      return true
    }
    const size = options.sizeOf(value)
    if (isFull(size)) {
      end(options.onOverflow())
      return false
    }
    values.push(value)
    bytes += size
    return true
  }

  function pushSpare(value: T, maxWaiting: number): boolean {
    return values.length < maxWaiting && !isFull(options.sizeOf(value)) && push(value)
  }

  function isFull(size: number): boolean {
    return values.length >= options.maxValues || (values.length > 0 && bytes + size > options.maxBytes)
  }

  /** Almost empty counts as drained, because droppable values arrive all the time. */
  function isDrained(): boolean {
    return values.length <= options.maxValues / 20 && bytes <= options.maxBytes / 20
  }

  function end(last?: T): void {
    if (ended) return
    ended = true
    if (last) {
      const consumer = consumers.shift()
      if (consumer) consumer({ value: last, done: false })
      else values.push(last)
    }
    for (const consumer of consumers.splice(0)) consumer({ value: undefined, done: true })
    tellDrained()
    options.onEnd()
  }

  function takeNow(): T | undefined {
    const value = values.shift()
    if (!value) return undefined
    taken += 1
    bytes = values.length === 0 ? 0 : bytes - options.sizeOf(value)
    if (whenDrained.length > 0 && isDrained()) tellDrained()
    return value
  }

  function next(): Promise<IteratorResult<T>> {
    const value = takeNow()
    if (value) return Promise.resolve({ value, done: false })
    if (ended) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve) => consumers.push(resolve))
  }

  function tellDrained(): void {
    const waiting = whenDrained
    whenDrained = []
    for (const resolve of waiting) resolve()
  }

  return {
    push,
    pushSpare,
    takeNow,
    end,
    next,
    get hasEnded() {
      return ended
    },
    get taken() {
      return taken
    },
    get hasPlenty() {
      return values.length >= options.maxValues / 8 || bytes >= options.maxBytes / 8
    },
    drained() {
      if (ended || isDrained()) return Promise.resolve()
      return new Promise((resolve) => whenDrained.push(resolve))
    },
    return() {
      values.length = 0
      end()
      return Promise.resolve({ value: undefined, done: true })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
