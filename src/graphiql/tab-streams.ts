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
 * could never arrive in another. `rerun` presses the play button. It runs in the page, so its text refers to nothing
 * else.
 */
export function tabStreams(rerun: () => void) {
  const streams = new Map<string, Stream>()
  let activeTab = ''
  let isResuming = false
  return { open, resumed, tabChanged }

  /** Starts a subscription for the active tab. */
  function open(subscribe: (sink: StreamSink) => () => void): AsyncIterable<unknown> {
    close(activeTab)
    const stream: Stream = {
      latest: undefined,
      version: 0,
      isOver: false,
      isWatched: false,
      wake() {},
      leave() {},
      close() {},
    }
    streams.set(activeTab, stream)
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
      next({ errors: Array.isArray(problem) ? problem : [{ message: messageOf(problem) }] })
      complete()
    }
    stream.close = subscribe({ next, error, complete })
    return watch(stream, activeTab)
  }

  /** Returns the subscription of a tab that was selected again, if GraphiQL runs its operation for that reason. */
  function resumed(): AsyncIterable<unknown> | undefined {
    const stream = isResuming ? streams.get(activeTab) : undefined
    return stream && watch(stream, activeTab)
  }

  function tabChanged({ tabs, activeTabIndex }: Tabs): void {
    for (const tab of streams.keys()) if (!tabs.some(({ id }) => id === tab)) close(tab)
    const next = tabs[activeTabIndex]?.id ?? ''
    if (next === activeTab) return
    streams.get(activeTab)?.leave()
    activeTab = next
    // GraphiQL reports the change before it has made it.
    if (streams.has(next)) setTimeout(resume)
  }

  function resume(): void {
    const stream = streams.get(activeTab)
    if (!stream || stream.isWatched) return
    isResuming = true
    rerun()
    isResuming = false
  }

  /** Yields the latest event and all later ones. The response pane shows one at a time. */
  function watch(stream: Stream, tab: string): AsyncIterable<unknown> {
    let seen = 0
    let isLeft = false
    stream.isWatched = true
    stream.leave = () => {
      isLeft = true
      stream.isWatched = false
      stream.wake()
    }
    const done = { done: true, value: undefined } as const
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          while (!isLeft && !stream.isOver && seen === stream.version) {
            await new Promise<void>((resolve) => {
              stream.wake = resolve
            })
          }
          if (!isLeft && seen === stream.version) close(tab)
          if (isLeft || seen === stream.version) return done
          seen = stream.version
          return { done: false, value: stream.latest }
        },
        async return() {
          stream.leave()
          // The stop button and a change of tabs look the same until GraphiQL has reported the active tab.
          queueMicrotask(() => {
            if (activeTab === tab && streams.get(tab) === stream && !stream.isWatched) close(tab)
          })
          return done
        },
      }),
    }
  }

  function close(tab: string): void {
    const stream = streams.get(tab)
    streams.delete(tab)
    stream?.leave()
    stream?.close()
  }

  function messageOf(problem: unknown): string {
    const { reason, message } = problem as { reason?: string; message?: string }
    return reason || message || 'The connection was lost.'
  }
}
