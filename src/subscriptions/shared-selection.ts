import { type ExecutionArgs, getOperationAST, type OperationDefinitionNode } from 'graphql'
import type { Context, SubscribedViewer } from '../context.ts'
import { signCursor } from '../events/cursor.ts'
import type { Batch } from '../events/event-row.ts'
import { execute } from '../execution/execute.ts'
import { coercedVariables, operationCost, type Variables } from '../graphql/query-cost.ts'
import { liveLag } from '../metrics/metrics.ts'
import { Answer } from './answer.ts'
import { recheckAccess } from './recheck-access.ts'
import { type Origin, type SplitSelection, splitSelection } from './split-selection.ts'
import type { StreamValue } from './stream-value.ts'
import { FRESH_MS } from './subscribed-viewers.ts'

/** A value of an event that was read for all subscribers of the company. */
export type LiveValue = StreamValue & { batch: Batch }

/** Cost of sending an already executed answer to one more socket, in points of the work budget. */
const POINTS_PER_COPY = 10

interface Rendered {
  answer: Answer | undefined
  done: Promise<Answer | undefined>
}

/** The answers to the events of one batch. */
interface Batchwise {
  madeAt: number
  /** Fields that are the same for everybody, by position and type. */
  shared: Map<string, Promise<Fields | undefined>>
  /** Answers by position and user. */
  answers: Map<string, Rendered>
}

/** Fields as JSON, by response key. */
type Fields = Map<string, string>

/**
 * The selection that several subscriptions have in common. For each event, the fields that are the same for everybody
 * are executed once, and the fields that depend on the viewer once per person, whatever the number of sockets.
 */
export class SharedSelection {
  /** Cost of executing an event for one viewer, in points of the work budget. */
  readonly cost: number
  readonly #args: ExecutionArgs
  readonly #variables: Variables
  readonly #operation: OperationDefinitionNode
  readonly #splits = new Map<string, SplitSelection | undefined>()
  readonly #batches = new Map<Batch, Batchwise>()

  constructor(args: ExecutionArgs, operation: OperationDefinitionNode) {
    const { schema, document, operationName, variableValues } = args
    this.#args = { schema, document, operationName, variableValues } as ExecutionArgs
    this.#variables = coercedVariables(this.#args)
    this.#operation = operation
    this.cost = operationCost(this.#args)
  }

  /** The answer to the event for this viewer. Undefined if the event must be executed for its subscription alone. */
  answer(event: LiveValue, viewer: SubscribedViewer): Answer | Promise<Answer | undefined> {
    const { answers, shared } = this.#batchwise(event.batch)
    const key = `${event.position} ${viewer.viewer.userId}`
    const known = answers.get(key)
    const { work } = viewer.services
    if (known) {
      work.charge(viewer.viewer, Math.min(POINTS_PER_COPY, this.cost))
      return known.answer ?? known.done
    }
    const done = work
      .deliver(viewer.viewer, this.cost, () =>
        inTrace(event, viewer, () => this.#render(event, viewer, shared)),
      )
      .catch(() => undefined)
    const rendered: Rendered = { answer: undefined, done }
    answers.set(key, rendered)
    void rendered.done.then((answer) => {
      rendered.answer = answer
    })
    return rendered.done
  }

  /** The answers are valid at the time of delivery, so later deliveries do not reuse them. */
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
      if ((await recheckAccess(event, context)) !== event) return undefined
      const [everybody, own, cursor] = await Promise.all([
        this.#forEverybody(split, event, context, shared),
        this.#execute(split, 'viewer', event, context),
        cursorOf(event, context),
      ])
      if (!everybody || !own) return undefined
      noteLag(event)
      return new Answer(payloadOf(split, { everybody, own, cursor }), cursor)
    } catch {
      // Each subscription executes the event again and reports the error itself.
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

  /** Undefined if a part has failed. */
  async #execute(
    { root, parts, documents }: SplitSelection,
    origin: Exclude<Origin, 'cursor'>,
    event: LiveValue,
    contextValue: Context,
  ): Promise<Fields | undefined> {
    const document = documents[origin]
    if (!document) return new Map()
    const { data, errors } = await execute(
      { ...this.#args, document, rootValue: event, contextValue },
      this.#variables,
    )
    if (errors || !data) return undefined
    const values = data[root] as Record<string, unknown>
    const keys = parts.filter((part) => part.origin === origin).map(({ key }) => key)
    return new Map(keys.map((key) => [key, JSON.stringify(values[key])]))
  }
}

function inTrace<T>(
  { position }: LiveValue,
  { services: { traces }, viewer }: SubscribedViewer,
  work: () => Promise<T>,
): Promise<T> {
  return traces ? traces.delivery(viewer.companyId, position, work) : work()
}

/** Measured from the database's clock to this machine's. */
function noteLag(event: LiveValue): void {
  if (event.type !== 'MessageSent' && event.type !== 'ConversationActivity') return
  liveLag.observe(Math.max(0, Date.now() - event.message.createdAt.getTime()) / 1000)
}

async function cursorOf({ position, stream }: LiveValue, { keys, viewer }: Context): Promise<string> {
  return signCursor(await keys(), { userId: viewer.userId, stream }, position)
}

/** Merges the fields that are the same for everybody with the viewer's own, in the order of the selection. */
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

/** Returns the operation to run of a document that may have several. */
export function operationOf({ document, operationName }: ExecutionArgs): OperationDefinitionNode | undefined {
  return getOperationAST(document, operationName) ?? undefined
}
