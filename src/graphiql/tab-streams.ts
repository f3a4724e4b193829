/** The part of GraphiQL's state that contains its tabs. */
interface Tabs {
  tabs: { id: string }[]
  activeTabIndex: number
}

/** Receives the answers of a subscription. */
export interface StreamSink {
  next(result: unknown): void
  error(error: unknown): void
  complete(): void
}

interface Stream {
  latest: unknown
  version: number
  isOver: boolean
  isWatched: boolean
  wake(): void
  leave(): void
  close(): void
}

/**
 * Keeps subscriptions when another tab is selected. GraphiQL itself would end them, so that a message sent from one tab
 * could never arrive in another. It runs in the page, so its text refers to nothing else.
 */
export class TabStreams {
  readonly #rerun: () => void
  readonly #streams = new Map<string, Stream>()
  #activeTab = ''
  #isResuming = false

  /** `rerun` presses the play button. */
  constructor(rerun: () => void) {
    this.#rerun = rerun
  }

  /** Starts a subscription for the active tab. */
  open(subscribe: (sink: StreamSink) => () => void): AsyncIterable<unknown> {
    this.#close(this.#activeTab)
    const none = () => {}
    const stream: Stream = {
      latest: undefined,
      version: 0,
      isOver: false,
      isWatched: false,
      wake: none,
      leave: none,
      close: none,
    }
    this.#streams.set(this.#activeTab, stream)
    stream.close = subscribe(this.#sinkOf(stream))
    return this.#watch(stream, this.#activeTab)
  }

  /** Returns the subscription of a tab that was selected again, if GraphiQL runs its operation for that reason. */
  resumed(): AsyncIterable<unknown> | undefined {
    const stream = this.#isResuming ? this.#streams.get(this.#activeTab) : undefined
    return stream && this.#watch(stream, this.#activeTab)
  }

  tabChanged({ tabs, activeTabIndex }: Tabs): void {
    for (const tab of this.#streams.keys()) if (!tabs.some(({ id }) => id === tab)) this.#close(tab)
    const next = tabs[activeTabIndex]?.id ?? ''
    if (next === this.#activeTab) return
    this.#streams.get(this.#activeTab)?.leave()
    this.#activeTab = next
    // GraphiQL reports the change before it has made it.
    if (this.#streams.has(next)) setTimeout(() => this.#resume())
  }

  #sinkOf(stream: Stream): StreamSink {
    const next = (result: unknown) => {
      stream.latest = result
      stream.version += 1
      stream.wake()
    }
    const complete = () => {
      stream.isOver = true
      stream.wake()
    }
    const error = (problem: unknown) => {
      const { reason, message } = problem as { reason?: string; message?: string }
      const errors = Array.isArray(problem)
        ? problem
        : [{ message: reason || message || 'The connection was lost.' }]
      next({ errors })
      complete()
    }
    return { next, error, complete }
  }

  #resume(): void {
    const stream = this.#streams.get(this.#activeTab)
    if (!stream || stream.isWatched) return
    this.#isResuming = true
    this.#rerun()
    this.#isResuming = false
  }

  /** Yields the latest event and all later ones. The response pane shows one at a time. */
  #watch(stream: Stream, tab: string): AsyncIterable<unknown> {
    let seen = 0
    let isLeft = false
    stream.isWatched = true
    stream.leave = () => {
      isLeft = true
      stream.isWatched = false
      stream.wake()
    }
    const done = { done: true, value: undefined } as const
    const next = async () => {
      while (!isLeft && !stream.isOver && seen === stream.version) {
        await new Promise<void>((resolve) => {
          stream.wake = resolve
        })
      }
      if (!isLeft && seen === stream.version) this.#close(tab)
      if (isLeft || seen === stream.version) return done
      seen = stream.version
      return { done: false as const, value: stream.latest }
    }
    return {
      [Symbol.asyncIterator]: () => ({
        next,
        return: async () => {
          stream.leave()
          this.#closeIfStopped(stream, tab)
          return done
        },
      }),
    }
  }

  /** The stop button and a change of tabs look the same until GraphiQL has reported the active tab. */
  #closeIfStopped(stream: Stream, tab: string): void {
    queueMicrotask(() => {
      if (this.#activeTab === tab && this.#streams.get(tab) === stream && !stream.isWatched) this.#close(tab)
    })
  }

  #close(tab: string): void {
    const stream = this.#streams.get(tab)
    this.#streams.delete(tab)
    stream?.leave()
    stream?.close()
  }
}
