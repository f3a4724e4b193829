import { anySignal } from './any-signal.ts'
import { createBackoff } from './backoff.ts'
import { createBuffer } from './buffer.ts'
import type { Connection } from './connection.ts'
import { ColloquyError, requestErrorOf, streamProblem } from './errors.ts'
import { createRecentSet } from './recent-set.ts'
import { createRetryPolicy } from './retry-policy.ts'

/** The fields that events may have, whatever their type. */
interface AnyEvent {
  __typename?: string
  cursor?: string
}

/** A subscription with one root field, and how to resume it. */
export interface StreamSource {
  query: string
  /** The variables without `after`. */
  variables: object
  /** The cursor to start after. */
  after?: string | undefined
  /** Returns the cursor to start after if there is none. */
  begin?: ((signal: AbortSignal) => Promise<string>) | undefined
  /** Reads the data again and returns their cursor, when the cursor has expired. */
  reload?: (() => Promise<string>) | undefined
  /** Ends the stream when it aborts. */
  signal: AbortSignal
}

/** Number of waiting values at which the server is asked to stop until the consumer has caught up. */
const MAX_WAITING = 1_000
/** Number of cursors that are remembered to drop duplicates. Fewer events can arrive twice. */
const MAX_REMEMBERED = 1_000
/** A subscription that has lasted for this time counts as a success. */
const LASTING_MS = 10_000
const MAX_RELOADS = 3

/**
 * Returns the events of the source, each once and in order, whatever happens to the connection. Throws ColloquyError
 * when the server rejects the subscription.
 */
export function openStream<Event>(
  connection: Connection,
  source: StreamSource,
): AsyncIterableIterator<Event> {
  const leaving = new AbortController()
  const signal = anySignal(source.signal, leaving.signal)
  const buffer = createBuffer<Event>(() => leaving.abort())
  const seen = createRecentSet(MAX_REMEMBERED)
  const backoff = createBackoff(signal)
  const retryPolicy = createRetryPolicy()
  let reloads = 0
  let after = source.after
  let lastType: string | undefined

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      const problem = await attempt()
      if (problem && isEnd(problem)) return
      if (problem && !recovers(problem)) throw problem
      await buffer.drained()
      // The server ends a stream when access ends, and when it shuts down. Only subscribing again tells which.
      await untilNextAttempt(problem instanceof ColloquyError ? problem.retryAfterMs : 0)
    }
  }

  /** Waits, but no longer than until another stream has connected. */
  async function untilNextAttempt(atLeastMs: number | undefined): Promise<void> {
    const connected = new AbortController()
    const stop = connection.onConnected(() => connected.abort())
    await backoff.wait(atLeastMs, connected.signal)
    stop()
  }

  /** Subscribes once. Resolves to the reason for its end, or undefined if the server completed it. */
  async function attempt(): Promise<unknown> {
    try {
      after ??= await (source.reload ?? source.begin)?.(signal)
    } catch (error) {
      return error
    }
    const startedAt = Date.now()
    const problem = await subscribeOnce().catch((error) => error)
    if (Date.now() - startedAt > LASTING_MS) succeed()
    return problem
  }

  function succeed(): void {
    backoff.reset()
    retryPolicy.reset()
    reloads = 0
  }

  function subscribeOnce(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return resolve()
      let isOver = false
      const finish = (problem?: unknown) => {
        if (isOver) return
        isOver = true
        signal.removeEventListener('abort', leave)
        if (problem === undefined) resolve()
        else reject(problem)
        unsubscribe()
      }
      const leave = () => finish()
      const unsubscribe = connection.subscribe(source.query, currentVariables(), {
        next({ data, errors }) {
          if (isOver) return
          if (!data) return finish(requestErrorOf(errors ?? []))
          // The value of the document's only field. Null if it failed.
          const event = Object.values(data)[0] as (Event & AnyEvent) | null
          if (!event) return finish(requestErrorOf(errors ?? []))
          take(event)
          if (buffer.size >= MAX_WAITING) finish()
        },
        error: (reason) => finish(streamProblem(reason)),
        complete: () => finish(),
      })
      signal.addEventListener('abort', leave)
    })
  }

  /** Read whenever they are sent, because graphql-ws may send them again. */
  function currentVariables(): Record<string, unknown> {
    return {
      ...source.variables,
      get after() {
        return after
      },
    }
  }

  function take(event: Event & AnyEvent): void {
    succeed()
    lastType = event.__typename
    if (event.cursor !== undefined) {
      after = event.cursor
      if (lastType === 'Discontinuity' || !seen.add(event.cursor)) return
    }
    buffer.push(event)
  }

  /** True after ConversationRemoved, which explains the end to the consumer. */
  function isEnd(problem: unknown): boolean {
    return (
      problem instanceof ColloquyError && problem.code === 'NOT_FOUND' && lastType === 'ConversationRemoved'
    )
  }

  function recovers(problem: unknown): boolean {
    const isExpired = problem instanceof ColloquyError && problem.code === 'CURSOR_EXPIRED'
    if (!isExpired || !source.reload) return retryPolicy.allows(problem)
    after = undefined
    reloads += 1
    return reloads <= MAX_RELOADS
  }

  /** Removes the listener, so that the signal can be collected. */
  function end(error?: unknown): void {
    buffer.end(error)
    leaving.abort()
  }

  // Also ends a stream that has not started.
  signal.addEventListener('abort', () => buffer.end(), { once: true })
  follow().then(
    () => end(),
    (error) => end(signal.aborted ? undefined : error),
  )
  return buffer
}
