import type { Consumer } from '../events/event-queue.ts'
import type { DeliveredState } from './status.ts'

/** The capacity of the queue, and the callbacks for overflow and end. */
export interface LatestQueueOptions {
  readonly maxPeople: number
  /** Called when more people are queued. The stream then ends. */
  onOverflow(): void
  /** Called once, when the stream takes no more states. */
  onEnd(): void
}

/** The queue between a company's watch and one subscription. It holds only the latest state of each person. */
export class LatestQueue implements AsyncIterableIterator<DeliveredState> {
  readonly #options: LatestQueueOptions
  readonly #waiting = new Map<string, DeliveredState>()
  readonly #consumers: Consumer<DeliveredState>[] = []
  #hasEnded = false

  constructor(options: LatestQueueOptions) {
    this.#options = options
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  offer(state: DeliveredState): void {
    if (this.#hasEnded) return
    const consumer = this.#consumers.shift()
    if (consumer) consumer.take(state)
    else this.#wait(state)
  }

  /** Ends the stream after the queued states. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const consumer of this.#consumers.splice(0)) consumer.take(undefined)
    this.#options.onEnd()
  }

  /** Gives the consumer the next state, now or when there is one, and undefined at the end of the stream. */
  giveNext(consumer: Consumer<DeliveredState>): void {
    for (const [userId, state] of this.#waiting) {
      this.#waiting.delete(userId)
      consumer.take(state)
      return
    }
    if (this.#hasEnded) consumer.take(undefined)
    else this.#consumers.push(consumer)
  }

  next(): Promise<IteratorResult<DeliveredState, undefined>> {
    return new Promise((resolve) =>
      this.giveNext({
        take: (value) => resolve(value ? { value, done: false } : { value: undefined, done: true }),
      }),
    )
  }

  return(): Promise<IteratorResult<DeliveredState, undefined>> {
    this.#waiting.clear()
    this.end()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #wait(state: DeliveredState): void {
    this.#waiting.delete(state.userId)
    if (this.#waiting.size < this.#options.maxPeople) {
      this.#waiting.set(state.userId, state)
      return
    }
    this.#options.onOverflow()
    this.end()
  }
}
