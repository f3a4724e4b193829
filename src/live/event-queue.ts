/** A bounded queue between the hub and one subscription; the last value may be reserved for telling that it overflowed. */
export interface EventQueue<T> extends AsyncIterableIterator<T> {
  /** False once the queue has overflowed or ended: nothing more is taken. */
  push(value: T): boolean
  /** Ends the stream after what is queued. */
  end(): void
}

/**
 * Creates a queue of at most `capacity` values. When it is full, `onOverflow` gives the last value of the stream, and
 * the stream ends after it. `onClose` runs once, however the stream ends.
 */
export function createEventQueue<T>(
  capacity: number,
  onOverflow: () => T,
  onClose: () => void,
): EventQueue<T> {
  const values: T[] = []
  let ended = false
  let closed = false
  let waiting: ((result: IteratorResult<T>) => void) | undefined

  function close(): void {
    if (closed) return
    closed = true
    onClose()
  }

  function end(): void {
    ended = true
    if (waiting) {
      waiting({ value: undefined, done: true })
      waiting = undefined
    }
    if (values.length === 0) close()
  }

  return {
    push(value) {
      if (ended) return false
      if (waiting) {
        const deliver = waiting
        waiting = undefined
        deliver({ value, done: false })
        return true
      }
      if (values.length < capacity) {
        values.push(value)
        return true
      }
      values.push(onOverflow())
      end()
      return false
    },
    end,
    next() {
      const [value] = values.splice(0, 1)
      if (value !== undefined) return Promise.resolve({ value, done: false })
      if (ended) {
        close()
        return Promise.resolve({ value: undefined, done: true })
      }
      return new Promise((resolve) => {
        waiting = resolve
      })
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
