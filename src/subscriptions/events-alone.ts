import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import { type Context, createContext, refreshContext, type SubscribedViewer } from '../context.ts'
import { RequestError } from '../errors.ts'
import { execute } from '../execution/execute.ts'
import { coercedVariables, operationCost, type Variables } from '../graphql/query-cost.ts'
import { EventContexts } from './event-contexts.ts'
import { type PositionedEvent, withEventId } from './event-id.ts'

/** The answer to an event. Without a result, the event is left out. */
interface AloneAnswer {
  result?: ExecutionResult
  /** True if the subscription ends with it, so that its client resumes before the event. */
  isLast?: boolean
}

/** The subscription whose events are executed. */
interface AloneOptions {
  args: ExecutionArgs
  subscribed: SubscribedViewer
  /** Time at which the access token expires, in milliseconds since 1970. */
  expiresAt: number
}

/** Executes events for one subscription alone: those that are missed, not shared, or could not be answered for all. */
export class EventsAlone {
  readonly #args: ExecutionArgs
  readonly #variables: Variables
  readonly #cost: number
  readonly #first: Context
  readonly #contexts: EventContexts

  constructor({ args, subscribed, expiresAt }: AloneOptions) {
    this.#args = args
    this.#variables = coercedVariables(args)
    this.#cost = operationCost(args)
    this.#first = (args.contextValue as Context | undefined) ?? contextOf(subscribed, expiresAt)
    this.#contexts = new EventContexts(this.#first)
  }

  async execute(event: PositionedEvent): Promise<AloneAnswer> {
    const { viewer, services } = this.#first
    // Wait before taking a permit, so that none is held meanwhile.
    await services.work.whenSolvent(viewer)
    const contextValue = await this.#contexts.of(event)
    if (!contextValue) return { isLast: true }
    const run = async () => execute({ ...this.#args, rootValue: event, contextValue }, this.#variables)
    const { traces } = services
    const result = await services.work.deliver(viewer, this.#cost, () =>
      traces ? traces.delivery(viewer.companyId, event.position, run) : run(),
    )
    if (result.errors) this.#contexts.forget()
    if (result.data) return { result: await withEventId(result, event, contextValue) }
    if (!result.errors) return { result }
    // The viewer has lost access since the event was read.
    if (await hasLostAccess(result.errors, contextValue)) return {}
    return { result, isLast: true }
  }

  /** No event is queued, so others may execute theirs. */
  pause(): void {
    this.#contexts.pause()
  }

  end(): void {
    this.#contexts.end()
  }
}

/** A context for a subscription that has let go of the one it began with. */
function contextOf({ services, viewer }: SubscribedViewer, expiresAt: number): Context {
  return createContext(services, { ...viewer, expiresAt: new Date(expiresAt) })
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
