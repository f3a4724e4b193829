import type { DeliveredState } from './status.ts'

/** A queue that holds only the latest state of each person. */
export interface LatestQueue extends AsyncIterableIterator<DeliveredState> {
  offer(state: DeliveredState): void
  /** Ends the stream after the queued states. */
  end(): void
  readonly hasEnded: boolean
}

/** The capacity of the queue, and the callbacks for overflow and end. */
export interface LatestQueueOptions {
  readonly maxPeople: number
  /** Called when more people are queued. The stream then ends. */
  onOverflow(): void
  /** Called once, when the stream takes no more states. */
  onEnd(): void
}

type Result = IteratorResult<DeliveredState>

/** Creates the queue between a company's watch and one subscription. */
export function createLatestQueue({ maxPeople, onOverflow, onEnd }: LatestQueueOptions): LatestQueue {
  const waiting = new Map<string, DeliveredState>()
  const consumers: ((result: Result) => void)[] = []
  let ended = false

  function offer(state: DeliveredState): void {
    if (ended) return
    const consumer = consumers.shift()
    if (consumer) consumer({ value: state, done: false })
    else wait(state)
  }

  function wait(state: DeliveredState): void {
    waiting.delete(state.userId)
    if (waiting.size < maxPeople) {
      waiting.set(state.userId, state)
      return
    }
    onOverflow()
    end()
  }

  function end(): void {
    if (ended) return
    ended = true
    for (const consumer of consumers.splice(0)) consumer({ value: undefined, done: true })
    onEnd()
  }

  function next(): Promise<Result> {
    for (const [userId, state] of waiting) {
      waiting.delete(userId)
      return Promise.resolve({ value: state, done: false })
    }
    if (ended) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve) => consumers.push(resolve))
  }

  return {
    offer,
    end,
    next,
    get hasEnded() {
      return ended
    },
    return() {
      waiting.clear()
      end()
      return Promise.resolve({ value: undefined, done: true })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
