import { type ExecutionArgs, type ExecutionResult, execute, type GraphQLError } from 'graphql'
import { type Context, refreshContext } from '../context.ts'
import { RequestError } from '../errors.ts'
import { operationCost } from '../graphql/query-cost.ts'
import type { Answer } from './answer.ts'
import { createEventContexts, type EventContexts } from './event-contexts.ts'
import { type PositionedEvent, withEventId } from './event-id.ts'
import { enterSelection } from './selections.ts'
import type { LiveValue } from './shared-selection.ts'

/** Receives the answers of one subscription directly, without the framing and counting of other messages. */
export interface AnswerSink {
  send(answer: Answer): void
  /** True if so much is queued for the client that nothing should be added. */
  readonly isFull: boolean
  drained(): Promise<void>
}

/** A source of events. A queue can also return its next event without a promise. */
export type EventSource = AsyncIterable<unknown> & { takeNow?: () => unknown }

const open = new WeakMap<object, EventAnswers>()

/** Sends the shared answers of the subscription that began with this context to the sink. */
export function sendAnswersTo(context: object, sink: AnswerSink): void {
  open.get(context)?.sendTo(sink)
}

/** The answers of one subscription, one event at a time and in order. */
export class EventAnswers implements AsyncIterableIterator<ExecutionResult> {
  readonly #source: EventSource
  readonly #events: AsyncIterator<unknown>
  readonly #args: ExecutionArgs
  readonly #isEventStream: boolean
  readonly #expiresAt: number
  readonly #shared: ReturnType<typeof enterSelection>
  readonly #person: ReturnType<Context['services']['subscribedViewers']['enter']>
  #leave: (() => void) | undefined
  #contexts: EventContexts | undefined
  #sink: AnswerSink | undefined
  #hasEnded = false

  constructor(source: EventSource, args: ExecutionArgs, leave: () => void) {
    const context = args.contextValue as Context & { request?: Request }
    this.#source = source
    this.#events = source[Symbol.asyncIterator]()
    this.#args = args
    this.#leave = leave
    this.#isEventStream = context.request !== undefined
    this.#expiresAt = context.viewer.expiresAt.getTime()
    this.#shared = enterSelection(args)
    this.#person = context.services.subscribedViewers.enter(context)
    open.set(context, this)
  }

  sendTo(sink: AnswerSink): void {
    this.#sink = sink
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    while (!this.#hasEnded) {
      const event = (this.#source.takeNow?.() ?? (await this.#upcoming())) as PositionedEvent | undefined
      if (!event) break
      const found = isLive(event) && this.#answerTo(event)
      const answer = found instanceof Promise ? await found : found
      if (this.#hasEnded) break
      if (answer && this.#sink) {
        this.#sink.send(answer)
        if (this.#sink.isFull) await this.#sink.drained()
      } else {
        const result = answer ? asEventStream(answer) : await this.#execute(event)
        if (result) return { value: result, done: false }
      }
    }
    this.#stop()
    return { value: undefined, done: true }
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#hasEnded = true
    this.#stop()
    await this.#events.return?.()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #stop(): void {
    this.#contexts?.end()
    if (!this.#leave) return
    this.#leave()
    this.#leave = undefined
    this.#shared?.leave()
    this.#person.leave()
  }

  async #end(): Promise<undefined> {
    await this.return()
  }

  /** Undefined at the end of the stream. */
  async #upcoming(): Promise<unknown> {
    const contexts = this.#contexts
    if (!contexts) return (await this.#events.next()).value
    let hasCome = false
    setImmediate(() => {
      if (!hasCome) contexts.pause()
    })
    try {
      return (await this.#events.next()).value
    } finally {
      hasCome = true
    }
  }

  /**
   * The answer that is executed once for all subscriptions with the same selection. Undefined if this subscription must
   * be executed alone.
   */
  #answerTo(event: LiveValue): Answer | undefined | Promise<Answer | undefined> {
    if (!this.#shared || (!this.#sink && !this.#isEventStream)) return undefined
    const { subscribed } = this.#person
    if (this.#expiresAt <= Date.now()) return this.#end()
    const isSolvent = subscribed.services.work.isSolvent(subscribed.viewer)
    return isSolvent && subscribed.isCurrent
      ? this.#shared.selection.answer(event, subscribed)
      : this.#answerLater(event)
  }

  /**
   * Answers after waiting: for the work budget, or because access in the company has changed and the viewer must be
   * checked first.
   */
  async #answerLater(event: LiveValue): Promise<Answer | undefined> {
    const { subscribed } = this.#person
    await subscribed.services.work.whenSolvent(subscribed.viewer)
    if (this.#expiresAt <= Date.now()) return this.#end()
    if (!subscribed.isCurrent && !(await subscribed.refresh())) return this.#end()
    return this.#shared?.selection.answer(event, subscribed)
  }

  /** Undefined if the viewer has lost access since the event was read. */
  async #execute(event: PositionedEvent): Promise<ExecutionResult | undefined> {
    this.#contexts ??= createEventContexts(this.#args.contextValue as Context)
    const { viewer, services } = this.#args.contextValue as Context
    // Wait before taking a permit, so that none is held meanwhile.
    await services.work.whenSolvent(viewer)
    const contextValue = await this.#contexts.of(event)
    if (!contextValue) return this.#end()
    const cost = this.#shared?.selection.cost ?? operationCost(this.#args)
    const result = await services.work.deliver(viewer, cost, () =>
      execute({ ...this.#args, rootValue: event, contextValue }),
    )
    if (result.errors) this.#contexts.forget()
    if (result.data) return withEventId(result, event, contextValue)
    if (!result.errors) return result
    if (await hasLostAccess(result.errors, contextValue)) return undefined
    // An event that could not be delivered ends the stream, so that its client resumes before it.
    await this.#end()
    return result
  }
}

function isLive(event: PositionedEvent): event is LiveValue {
  return event.batch?.isLive === true
}

/** Yoga writes the result of `stringify` after `data: `, and JSON has no line breaks. */
function asEventStream({ payload, cursor }: Answer): ExecutionResult {
  return { data: {}, stringify: () => `${payload}\nid: ${cursor}` } as ExecutionResult
}

async function hasLostAccess(errors: readonly GraphQLError[], context: Context): Promise<boolean> {
  const isGone = errors.some(
    ({ originalError }) => originalError instanceof RequestError && originalError.code === 'NOT_FOUND',
  )
  if (isGone) return true
  try {
    return (await refreshContext(context).loaders.user.load(context.viewer.userId)) === null
  } catch {
    return false
  }
}
