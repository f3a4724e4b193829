/** Values that wait for their consumer. */
export interface Buffer<T> extends AsyncIterableIterator<T> {
  push(value: T): void
  /** Ends the iteration after the waiting values, with an error if given. */
  end(error?: unknown): void
  readonly size: number
  /** Resolves when no value is waiting. */
  drained(): Promise<void>
}

type Taker<T> = { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }

/** Creates an empty buffer. `onLeave` is called when the consumer leaves before the end. */
export function createBuffer<T>(onLeave: () => void): Buffer<T> {
  const values: T[] = []
  const takers: Taker<T>[] = []
  const whenDrained: (() => void)[] = []
  let ended = false
  let failure: { error: unknown } | undefined

  function settle(): void {
    while (takers.length > 0 && values.length > 0) {
      takers.shift()?.resolve({ value: values.shift() as T, done: false })
    }
    if (values.length === 0) {
      for (const resolve of whenDrained.splice(0)) resolve()
    }
    if (!ended || values.length > 0) return
    for (const taker of takers.splice(0)) {
      if (failure) taker.reject(failure.error)
      else taker.resolve({ value: undefined, done: true })
      failure = undefined
    }
  }

  return {
    push(value) {
      if (ended) return
      values.push(value)
      settle()
    },
    end(error) {
      if (ended) return
      ended = true
      if (error !== undefined) failure = { error }
      settle()
    },
    get size() {
      return values.length
    },
    drained() {
      if (values.length === 0) return Promise.resolve()
      return new Promise((resolve) => whenDrained.push(resolve))
    },
    next: () =>
      new Promise((resolve, reject) => {
        takers.push({ resolve, reject })
        settle()
      }),
    async return() {
      values.length = 0
      failure = undefined
      ended = true
      settle()
      onLeave()
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
