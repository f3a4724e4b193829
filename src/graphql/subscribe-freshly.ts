import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type SubscriptionArgs,
} from 'graphql'
import type { Plugin, YogaInitialContext } from 'graphql-yoga'
import { type Context, refreshContext } from '../context.ts'
import { Refusal } from '../errors.ts'
import { refusedSockets } from '../metrics/metrics.ts'
import { createEventContexts } from './event-contexts.ts'
import { type PlacedEvent, withEventId } from './event-id.ts'
import { operationCost } from './query-cost.ts'
import { requireRootField } from './require-root-field.ts'

const RETRY_MS = 5_000

/**
 * Runs each event of a subscription with a context of its own: what an event shows is as of its delivery, not as
 * remembered from an earlier one.
 */
export function subscribeFreshly(): Plugin {
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe)
    },
  }
}

async function subscribe(args: SubscriptionArgs) {
  requireRootField(args)
  const leave = enter(args.contextValue as Context)
  const source = await createSourceEventStream(args).catch((error) => {
    leave()
    throw error
  })
  if (!(Symbol.asyncIterator in source)) {
    leave()
    return source
  }
  const events = mapEvents(source, args, leave)
  endWithRequest(events, (args.contextValue as Partial<YogaInitialContext>).request)
  return events
}

/** Counts the subscription among its viewer's; throws RATE_LIMITED if there are too many. */
function enter({ parts, viewer }: Context): () => void {
  const leave = parts.subscriptions.open(`${viewer.companyId} ${viewer.userId}`)
  if (leave) return leave
  refusedSockets.inc({ reason: 'subscriptions' })
  throw new Refusal('RATE_LIMITED', 'Too many of your subscriptions are open: complete one first.', RETRY_MS)
}

/** Yoga forgets the stream of a client that goes before its answer begins. */
function endWithRequest(events: AsyncIterator<unknown>, request: Request | undefined): void {
  const end = () => void events.return?.()
  if (request?.signal.aborted) end()
  else request?.signal.addEventListener('abort', end, { once: true })
}

function mapEvents(source: AsyncIterable<unknown>, args: ExecutionArgs, leave: () => void) {
  const events = source[Symbol.asyncIterator]()
  const { viewer, parts } = args.contextValue as Context
  const contexts = createEventContexts(args.contextValue as Context)
  const cost = operationCost(args)
  let hasFailed = false

  async function next(): Promise<IteratorResult<ExecutionResult>> {
    while (!hasFailed) {
      const { value, done } = await upcoming()
      if (done) break
      const result = await executeEvent(value as PlacedEvent)
      if (result) return { value: result, done: false }
    }
    stop()
    return { value: undefined, done: true }
  }

  function stop(): void {
    leave()
    contexts.end()
  }

  function upcoming(): Promise<IteratorResult<unknown>> {
    let hasCome = false
    setImmediate(() => {
      if (!hasCome) contexts.pause()
    })
    return events.next().finally(() => {
      hasCome = true
    })
  }

  /** Undefined for what the viewer has lost access to since it was read. */
  async function executeEvent(event: PlacedEvent): Promise<ExecutionResult | undefined> {
    // Nobody waits with a turn or a permit of others.
    await parts.work.whenSolvent(viewer)
    const contextValue = await contexts.of(event)
    if (!contextValue) return end()
    const result = await parts.work.deliver(viewer, cost, () =>
      execute({ ...args, rootValue: event, contextValue }),
    )
    if (result.errors) contexts.forget()
    if (result.data) return withEventId(result, event, contextValue)
    if (!result.errors) return result
    if (await hasLostAccess(result.errors, contextValue)) return undefined
    // An event that could not be delivered is the last answer, so that its client resumes before it.
    await end()
    return result
  }

  async function end(): Promise<undefined> {
    hasFailed = true
    stop()
    await events.return?.()
  }

  return {
    next,
    async return() {
      stop()
      await events.return?.()
      return { value: undefined, done: true as const }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function hasLostAccess(errors: readonly GraphQLError[], context: Context): Promise<boolean> {
  const isGone = errors.some(
    ({ originalError }) => originalError instanceof Refusal && originalError.code === 'NOT_FOUND',
  )
  if (isGone) return true
  try {
    return (await refreshContext(context).loaders.user.load(context.viewer.userId)) === null
  } catch {
    return false
  }
}
