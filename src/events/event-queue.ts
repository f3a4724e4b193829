/** A bounded queue between the hub and one subscription. */
export interface EventQueue<T> extends AsyncIterableIterator<T> {
  /** Takes what is queued first; undefined if nothing is. */
  takeNow(): T | undefined
  /** False once the stream has ended: nothing more is taken. */
  push(value: T): boolean
  /** Takes a value that may be dropped: only while fewer than `mostWaiting` are queued, and never to overflow. */
  pushSpare(value: T, maxWaiting: number): boolean
  /** Ends the stream after what is queued, and after `last` if there is one. */
  end(last?: T): void
  readonly hasEnded: boolean
  /** How many values its consumer has taken. */
  readonly taken: number
  /** An eighth of what it holds is waiting: enough of what need not come yet. */
  readonly hasPlenty: boolean
  /** Resolves when hardly anything is queued any more, or the stream has ended. */
  drained(): Promise<void>
}

/** How much a queue holds, and what it tells of its end. */
export interface EventQueueOptions<T> {
  readonly maxValues: number
  /** In the unit of `sizeOf`; a single value may be larger. */
  readonly maxBytes: number
  sizeOf(value: T): number
  /** The last value of a stream whose consumer does not keep up. */
  onOverflow(): T
  /** Runs once, when the stream takes nothing more. */
  onEnd(): void
}

type Waiting<T> = (result: IteratorResult<T>) => void

/** Creates a queue; when it is full, the stream ends after what is queued and the value of `onOverflow`. */
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

  /** Not quite empty: what may be dropped comes all the time. */
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
