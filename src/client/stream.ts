import { anySignal } from './any-signal.ts'
import { type Backoff, createBackoff } from './backoff.ts'
import { EventBuffer } from './buffer.ts'
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
  return new Stream<Event>(connection, source).open()
}

/** A stream from its beginning to its end: one subscription after another. */
class Stream<Event> {
  readonly #connection: Connection
  readonly #source: StreamSource
  readonly #leaving = new AbortController()
  readonly #signal: AbortSignal
  readonly #buffer: EventBuffer<Event>
  readonly #seen = createRecentSet(MAX_REMEMBERED)
  readonly #backoff: Backoff
  readonly #retryPolicy = createRetryPolicy()
  #reloads = 0
  #after: string | undefined
  #lastType: string | undefined

  constructor(connection: Connection, source: StreamSource) {
    this.#connection = connection
    this.#source = source
    this.#signal = anySignal(source.signal, this.#leaving.signal)
    this.#buffer = new EventBuffer<Event>(() => this.#leaving.abort())
    this.#backoff = createBackoff(this.#signal)
    this.#after = source.after
  }

  open(): AsyncIterableIterator<Event> {
    // Also ends a stream that has not started.
    this.#signal.addEventListener('abort', () => this.#buffer.end(), { once: true })
    this.#follow().then(
      () => this.#end(),
      (error) => this.#end(this.#signal.aborted ? undefined : error),
    )
    return this.#buffer
  }

  /** Removes the listener, so that the signal can be collected. */
  #end(error?: unknown): void {
    this.#buffer.end(error)
    this.#leaving.abort()
  }

  async #follow(): Promise<void> {
    while (!this.#signal.aborted) {
      const problem = await this.#attempt()
      if (problem && this.#isEnd(problem)) return
      if (problem && !this.#recovers(problem)) throw problem
      await this.#buffer.drained()
      // The server ends a stream when access ends, and when it shuts down. Only subscribing again tells which.
      await this.#untilNextAttempt(problem instanceof ColloquyError ? problem.retryAfterMs : 0)
    }
  }

  /** Waits, but no longer than until another stream has connected. */
  async #untilNextAttempt(atLeastMs: number | undefined): Promise<void> {
    const connected = new AbortController()
    const stop = this.#connection.onConnected(() => connected.abort())
    await this.#backoff.wait(atLeastMs, connected.signal)
    stop()
  }

  /** Subscribes once. Resolves to the reason for its end, or undefined if the server completed it. */
  async #attempt(): Promise<unknown> {
    const { reload, begin } = this.#source
    try {
      this.#after ??= await (reload ?? begin)?.(this.#signal)
    } catch (error) {
      return error
    }
    const startedAt = Date.now()
    const problem = await this.#subscribeOnce().catch((error) => error)
    if (Date.now() - startedAt > LASTING_MS) this.#succeed()
    return problem
  }

  #succeed(): void {
    this.#backoff.reset()
    this.#retryPolicy.reset()
    this.#reloads = 0
  }

  #subscribeOnce(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#signal.aborted) return resolve()
      let isOver = false
      const finish = (problem?: unknown) => {
        if (isOver) return
        isOver = true
        this.#signal.removeEventListener('abort', leave)
        if (problem === undefined) resolve()
        else reject(problem)
        unsubscribe()
      }
      const leave = () => finish()
      const unsubscribe = this.#connection.subscribe(this.#source.query, this.#variables(), {
        next: ({ data, errors }) => {
          if (isOver) return
          // The value of the document's only field. Null if it failed.
          const event = data ? (Object.values(data)[0] as (Event & AnyEvent) | null) : null
          if (!event) return finish(requestErrorOf(errors ?? []))
          this.#take(event)
          if (this.#buffer.size >= MAX_WAITING) finish()
        },
        error: (reason) => finish(streamProblem(reason)),
        complete: () => finish(),
      })
      this.#signal.addEventListener('abort', leave)
    })
  }

  /** Read whenever they are sent, because graphql-ws may send them again. */
  #variables(): Record<string, unknown> {
    const latest = () => this.#after
    return {
      ...this.#source.variables,
      get after() {
        return latest()
      },
    }
  }

  #take(event: Event & AnyEvent): void {
    this.#succeed()
    this.#lastType = event.__typename
    if (event.cursor !== undefined) {
      this.#after = event.cursor
      if (this.#lastType === 'Discontinuity' || !this.#seen.add(event.cursor)) return
    }
    this.#buffer.push(event)
  }

  /** True after ConversationRemoved, which explains the end to the consumer. */
  #isEnd(problem: unknown): boolean {
    return (
      problem instanceof ColloquyError &&
      problem.code === 'NOT_FOUND' &&
      this.#lastType === 'ConversationRemoved'
    )
  }

  #recovers(problem: unknown): boolean {
    const isExpired = problem instanceof ColloquyError && problem.code === 'CURSOR_EXPIRED'
    if (!isExpired || !this.#source.reload) return this.#retryPolicy.allows(problem)
    this.#after = undefined
    this.#reloads += 1
    return this.#reloads <= MAX_RELOADS
  }
}
