import type { Consumer } from '../events/event-queue.ts'
import type { DeliveredState } from './status.ts'

/** A queue that holds only the latest state of each person. */
export interface LatestQueue extends AsyncIterableIterator<DeliveredState> {
  offer(state: DeliveredState): void
  /** Ends the stream after the queued states. */
  end(): void
  /** Gives the consumer the next state, now or when there is one, and undefined at the end of the stream. */
  giveNext(consumer: Consumer<DeliveredState>): void
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

/** Creates the queue between a company's watch and one subscription. */
export function createLatestQueue({ maxPeople, onOverflow, onEnd }: LatestQueueOptions): LatestQueue {
  const waiting = new Map<string, DeliveredState>()
  const consumers: Consumer<DeliveredState>[] = []
  let ended = false

  function offer(state: DeliveredState): void {
    if (ended) return
    const consumer = consumers.shift()
    if (consumer) consumer.take(state)
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
    for (const consumer of consumers.splice(0)) consumer.take(undefined)
    onEnd()
  }

  function giveNext(consumer: Consumer<DeliveredState>): void {
    for (const [userId, state] of waiting) {
      waiting.delete(userId)
      consumer.take(state)
      return
    }
    if (ended) consumer.take(undefined)
    else consumers.push(consumer)
  }

  return {
    offer,
    end,
    giveNext,
    next: () =>
      new Promise((resolve) =>
        giveNext({
          take: (value) => resolve(value ? { value, done: false } : { value: undefined, done: true }),
        }),
      ),
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
