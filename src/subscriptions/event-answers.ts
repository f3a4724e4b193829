import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import type { Hold } from '../concurrency/shared.ts'
import type { Context, SubscribedViewer } from '../context.ts'
import type { Consumer } from '../events/event-queue.ts'
import type { Answer } from './answer.ts'
import type { PositionedEvent } from './event-id.ts'
import { EventsAlone } from './events-alone.ts'
import { enterSelection } from './selections.ts'
import type { LiveValue, SharedSelection } from './shared-selection.ts'

/** Receives the answers of one subscription directly, without the framing and counting of other messages. */
export interface AnswerSink {
  send(answer: Answer): void
  /** True if so much is queued for the client that nothing should be added. */
  readonly isFull: boolean
  drained(): Promise<void>
}

/** A source of events, which gives one at a time. */
export interface EventSource {
  giveNext(consumer: Consumer<object>): void
  return(): Promise<unknown>
}

/** The caller of `next`, until it has its result. */
interface Caller {
  resolve(result: IteratorResult<ExecutionResult>): void
  reject(error: unknown): void
}

const open = new WeakMap<object, EventAnswers>()

/** Returns the answers of the subscription that began with this context. Undefined if it did not begin. */
export function answersOf(context: object): EventAnswers | undefined {
  return open.get(context)
}

/**
 * The answers of one subscription, one event at a time and in order. There may be tens of thousands that wait for an
 * event, so waiting takes no function that is suspended, and a sink no context.
 */
export class EventAnswers implements AsyncIterableIterator<ExecutionResult>, Consumer<object> {
  readonly #source: EventSource
  readonly #args: ExecutionArgs
  readonly #expiresAt: number
  readonly #counted: Hold<unknown>
  readonly #person: Hold<SubscribedViewer>
  readonly #shared: Hold<SharedSelection> | undefined
  /** Undefined over HTTP, and while the subscription begins. */
  #sink: AnswerSink | undefined
  #alone: EventsAlone | undefined
  #caller: Caller | undefined
  #mask: ((error: unknown) => GraphQLError) | undefined
  #taken = 0
  #hasEnded = false

  /** `counted` is released at the end. */
  constructor(source: EventSource, args: ExecutionArgs, counted: Hold<unknown>) {
    const context = args.contextValue as Context
    this.#source = source
    this.#args = args
    this.#expiresAt = context.viewer.expiresAt.getTime()
    this.#counted = counted
    this.#person = context.services.subscribedViewers.enter(context)
    this.#shared = enterSelection(args)
    open.set(context, this)
  }

  /** Sends the answers that several subscriptions share to the sink, and lets go of what only the beginning needed. */
  sendTo(sink: AnswerSink): void {
    this.#sink = sink
    this.#args.contextValue = undefined
    this.#args.rootValue = undefined
  }

  /** Turns each error into one that a client may know. GraphQL Yoga does so itself. */
  maskErrors(mask: (error: unknown) => GraphQLError): void {
    this.#mask = mask
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.#hasEnded) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve, reject) => {
      this.#caller = { resolve, reject }
      this.#ask()
    })
  }

  /** Takes an event, or undefined at the end of the stream. It is answered after the others have been offered theirs. */
  take(event: object | undefined): void {
    this.#taken += 1
    if (event === undefined) this.#finish()
    else queueMicrotask(() => void this.#deliver(event as PositionedEvent))
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#stop()
    await this.#source.return()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Answers the event to the sink and asks for the next one, or to the caller of `next`. Never rejects. */
  async #deliver(event: PositionedEvent): Promise<void> {
    try {
      const found = isLive(event) ? this.#answerTo(event) : undefined
      const answer = found instanceof Promise ? await found : found
      if (this.#hasEnded) return this.#finish()
      if (answer && this.#sink) {
        this.#sink.send(answer)
        if (this.#sink.isFull) await this.#sink.drained()
      } else {
        const result = answer ? asEventStream(answer) : await this.#execute(event)
        if (result) return this.#settle({ value: this.#masked(result), done: false })
      }
      if (this.#hasEnded) return this.#finish()
      this.#ask()
    } catch (error) {
      const caller = this.#caller
      this.#caller = undefined
      caller?.reject(this.#mask?.(error) ?? error)
    }
  }

  /** Asks for the next event. If none comes in this turn of the event loop, others may execute theirs. */
  #ask(): void {
    const before = this.#taken
    this.#source.giveNext(this)
    const alone = this.#alone
    if (!alone || this.#taken > before) return
    setImmediate(() => {
      if (this.#taken === before) alone.pause()
    })
  }

  #masked(result: ExecutionResult): ExecutionResult {
    const mask = this.#mask
    return mask && result.errors ? { ...result, errors: result.errors.map(mask) } : result
  }

  #settle(result: IteratorResult<ExecutionResult>): void {
    const caller = this.#caller
    this.#caller = undefined
    caller?.resolve(result)
  }

  #finish(): void {
    this.#stop()
    this.#settle({ value: undefined, done: true })
  }

  #stop(): void {
    this.#hasEnded = true
    this.#alone?.end()
    this.#counted.release()
    this.#shared?.release()
    this.#person.release()
  }

  async #end(): Promise<undefined> {
    await this.return()
  }

  /**
   * The answer that is executed once for all subscriptions with the same selection. Undefined if this subscription must
   * be executed alone.
   */
  #answerTo(event: LiveValue): Answer | undefined | Promise<Answer | undefined> {
    if (!this.#shared || (!this.#sink && !this.#isEventStream)) return undefined
    const subscribed = this.#person.value
    if (this.#expiresAt <= Date.now()) return this.#end()
    const isSolvent = subscribed.services.work.isSolvent(subscribed.viewer)
    return isSolvent && subscribed.isCurrent
      ? this.#shared.value.answer(event, subscribed)
      : this.#answerLater(event)
  }

  /**
   * Answers after waiting: for the work budget, or because access in the company has changed and the viewer must be
   * checked first.
   */
  async #answerLater(event: LiveValue): Promise<Answer | undefined> {
    const subscribed = this.#person.value
    await subscribed.services.work.whenSolvent(subscribed.viewer)
    if (this.#expiresAt <= Date.now()) return this.#end()
    if (!subscribed.isCurrent && !(await subscribed.refresh())) return this.#end()
    return this.#shared?.value.answer(event, subscribed)
  }

  get #isEventStream(): boolean {
    return (this.#args.contextValue as { request?: Request } | undefined)?.request !== undefined
  }

  /** Undefined if the viewer has lost access since the event was read. */
  async #execute(event: PositionedEvent): Promise<ExecutionResult | undefined> {
    this.#alone ??= new EventsAlone({
      args: this.#args,
      subscribed: this.#person.value,
      expiresAt: this.#expiresAt,
    })
    const { result, isLast } = await this.#alone.execute(event)
    if (isLast) await this.#end()
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
