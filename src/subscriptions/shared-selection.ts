import { type ExecutionArgs, execute, getOperationAST, type OperationDefinitionNode } from 'graphql'
import type { Context } from '../context.ts'
import { operationCost } from '../graphql/query-cost.ts'
import { asOfDelivery } from '../live/as-of-delivery.ts'
import { signCursor } from '../live/cursor.ts'
import type { Batch } from '../live/event-row.ts'
import type { StreamValue } from '../live/stream-value.ts'
import { liveLag } from '../metrics/metrics.ts'
import { Answer } from './answer.ts'
import { type Origin, type SplitSelection, splitSelection } from './split-selection.ts'
import { FRESH_MS, type SubscribedViewer } from './subscribed-viewers.ts'

/** A value that everybody who follows the company is told of now. */
export type LiveValue = StreamValue & { batch: Batch }

/** What one more socket costs that is told what was executed already, in points of the work budget. */
const POINTS_PER_COPY = 10

interface Rendered {
  answer: Answer | undefined
  done: Promise<Answer | undefined>
}

/** What has been executed for the events of one batch. */
interface Batchwise {
  madeAt: number
  /** By position and type: the texts of what is the same for everybody. */
  shared: Map<string, Promise<Fields | undefined>>
  /** By position and user. */
  answers: Map<string, Rendered>
}

/** The JSON of fields, by response key. */
type Fields = Map<string, string>

/**
 * What some subscriptions, of whomever, ask for alike. Of an event, what is the same for everybody who may see it is executed
 * once; what depends on the viewer once for each person, however many sockets that person has.
 */
export class SharedSelection {
  /** What an event costs if it is executed for one viewer, in points of the work budget. */
  readonly cost: number
  readonly #args: ExecutionArgs
  readonly #operation: OperationDefinitionNode
  readonly #splits = new Map<string, SplitSelection | undefined>()
  readonly #batches = new Map<Batch, Batchwise>()

  constructor(args: ExecutionArgs, operation: OperationDefinitionNode) {
    const { schema, document, operationName, variableValues } = args
    this.#args = { schema, document, operationName, variableValues } as ExecutionArgs
    this.#operation = operation
    this.cost = operationCost(this.#args)
  }

  /** The event's answer to this viewer; undefined for what has to be executed for its subscription by itself. */
  answer(event: LiveValue, viewer: SubscribedViewer): Answer | Promise<Answer | undefined> {
    const { answers, shared } = this.#batchwise(event.batch)
    const key = `${event.position} ${viewer.viewer.userId}`
    const known = answers.get(key)
    const { work } = viewer.parts
    if (known) {
      work.charge(viewer.viewer, Math.min(POINTS_PER_COPY, this.cost))
      return known.answer ?? known.done
    }
    const done = work
      .deliver(viewer.viewer, this.cost, () => this.#render(event, viewer, shared))
      .catch(() => undefined)
    const rendered: Rendered = { answer: undefined, done }
    answers.set(key, rendered)
    void rendered.done.then((answer) => {
      rendered.answer = answer
    })
    return rendered.done
  }

  /** What was executed is as of delivery, and no later delivery has it. */
  #batchwise(batch: Batch): Batchwise {
    const known = this.#batches.get(batch)
    if (known && performance.now() - known.madeAt < FRESH_MS) return known
    const made = { madeAt: performance.now(), shared: new Map(), answers: new Map() }
    this.#batches.set(batch, made)
    setTimeout(() => {
      if (this.#batches.get(batch) === made) this.#batches.delete(batch)
    }, FRESH_MS).unref()
    return made
  }

  async #render(
    event: LiveValue,
    viewer: SubscribedViewer,
    shared: Batchwise['shared'],
  ): Promise<Answer | undefined> {
    try {
      const split = this.#splitOf(event.type)
      if (!split) return undefined
      const context = { ...viewer.context(event.batch), streamPosition: event.position }
      if ((await asOfDelivery(event, context)) !== event) return undefined
      const [everybody, own, cursor] = await Promise.all([
        this.#forEverybody(split, event, context, shared),
        this.#execute(split, 'viewer', event, context),
        cursorOf(event, context),
      ])
      if (!everybody || !own) return undefined
      noteLag(event)
      return new Answer(payloadOf(split, { everybody, own, cursor }), cursor)
    } catch {
      // It is found out once more, and then said, for each subscription.
      return undefined
    }
  }

  #splitOf(type: string): SplitSelection | undefined {
    if (!this.#splits.has(type)) this.#splits.set(type, splitSelection(this.#args, this.#operation, type))
    return this.#splits.get(type)
  }

  #forEverybody(
    split: SplitSelection,
    event: LiveValue,
    context: Context,
    shared: Batchwise['shared'],
  ): Promise<Fields | undefined> {
    const key = `${event.position} ${event.type}`
    const known = shared.get(key)
    if (known) return known
    const made = this.#execute(split, 'everybody', event, context)
    shared.set(key, made)
    return made
  }

  /** Undefined if any of it failed. */
  async #execute(
    { root, parts, documents }: SplitSelection,
    origin: Exclude<Origin, 'cursor'>,
    event: LiveValue,
    contextValue: Context,
  ): Promise<Fields | undefined> {
    const document = documents[origin]
    if (!document) return new Map()
    const { data, errors } = await execute({ ...this.#args, document, rootValue: event, contextValue })
    if (errors || !data) return undefined
    const values = data[root] as Record<string, unknown>
    const keys = parts.filter((part) => part.origin === origin).map(({ key }) => key)
    return new Map(keys.map((key) => [key, JSON.stringify(values[key])]))
  }
}

/** By the database's clock and this machine's. */
function noteLag(event: LiveValue): void {
  if (event.type !== 'MessageSent' && event.type !== 'ConversationActivity') return
  liveLag.observe(Math.max(0, Date.now() - event.message.createdAt.getTime()) / 1000)
}

async function cursorOf({ position, stream }: LiveValue, { keys, viewer }: Context): Promise<string> {
  return signCursor(await keys(), { userId: viewer.userId, stream }, position)
}

/** Puts what is the same for everybody and what is the viewer's own together, in the order of the selection. */
function payloadOf(
  { root, parts }: SplitSelection,
  { everybody, own, cursor }: { everybody: Fields; own: Fields; cursor: string },
): string {
  const fields = parts.map(({ key, origin }) => {
    const value = origin === 'cursor' ? `"${cursor}"` : (origin === 'viewer' ? own : everybody).get(key)
    return `"${key}":${value}`
  })
  return `{"data":{"${root}":{${fields.join(',')}}}}`
}

/** The operation's only one, for a document that may have several. */
export function operationOf({ document, operationName }: ExecutionArgs): OperationDefinitionNode | undefined {
  return getOperationAST(document, operationName) ?? undefined
}
