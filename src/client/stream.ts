import { anySignal } from './any-signal.ts'
import { createBackoff } from './backoff.ts'
import { createBuffer } from './buffer.ts'
import type { Connection } from './connection.ts'
import { ColloquyError, requestErrorOf, streamProblem } from './errors.ts'
import { createRecentSet } from './recent-set.ts'
import { createRetryPolicy } from './retry-policy.ts'

/** What an event may have, whatever its type. */
interface AnyEvent {
  __typename?: string
  cursor?: string
}

/** A subscription with one field, resumed as often as it takes. */
export interface StreamSource {
  query: string
  /** Without `after`. */
  variables: object
  /** The cursor to begin above. */
  after?: string | undefined
  /** Gives the cursor to begin above where there is none. */
  begin?: ((signal: AbortSignal) => Promise<string>) | undefined
  /** The same; asked again when the cursor is too old, since it reads the data anew. */
  reload?: (() => Promise<string>) | undefined
  /** Ends the stream. */
  signal: AbortSignal
}

/** How much waits for a slow consumer before the server is asked to stop for the time being. */
const MAX_WAITING = 1_000
/** More than what can arrive twice. */
const MAX_REMEMBERED = 1_000
/** A subscription that has lasted so long is no failed attempt. */
const LASTING_MS = 10_000
const MAX_RELOADS = 3

/**
 * Follows the source: each event once and in order, whatever happens to the connection. The iteration throws
 * ColloquyError when the server refuses to go on.
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
      // A stream ends by itself where access ends, and where it is to go on elsewhere: asking again tells which it was.
      await untilNextAttempt(problem instanceof ColloquyError ? problem.retryAfterMs : 0)
    }
  }

  /** Once one of the streams has found a server, the others need not wait any longer. */
  async function untilNextAttempt(atLeastMs: number | undefined): Promise<void> {
    const connected = new AbortController()
    const stop = connection.onConnected(() => connected.abort())
    await backoff.wait(atLeastMs, connected.signal)
    stop()
  }

  /** Undefined for a stream that ended by itself. */
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
          // What the document says of its one field; null where that failed.
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

  /** Read when they are sent, which graphql-ws may do again by itself. */
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

  /** Somebody who is told of the removal knows why there is nothing more. */
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

  /** Nothing listens to the signal any more, so that it can be collected. */
  function end(error?: unknown): void {
    buffer.end(error)
    leaving.abort()
  }

  // Also while nothing has begun that could be ended.
  signal.addEventListener('abort', () => buffer.end(), { once: true })
  follow().then(
    () => end(),
    (error) => end(signal.aborted ? undefined : error),
  )
  return buffer
}
