import { createSourceEventStream, type SubscriptionArgs } from 'graphql'
import type { Plugin, YogaInitialContext } from 'graphql-yoga'
import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'
import { requireRootField } from '../graphql/require-root-field.ts'
import { refusedSockets } from '../metrics/metrics.ts'
import { EventAnswers } from './event-answers.ts'

const RETRY_MS = 5_000

/**
 * Executes each event of a subscription with a new context, so that it shows data as of its delivery and not as cached
 * for an earlier event.
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
  const events = new EventAnswers(source, args, leave)
  endWithRequest(events, (args.contextValue as Partial<YogaInitialContext>).request)
  return events
}

/** Counts the subscription for its viewer. Throws RATE_LIMITED if there are too many. */
function enter({ services, viewer }: Context): () => void {
  const leave = services.subscriptions.open(`${viewer.companyId} ${viewer.userId}`)
  if (leave) return leave
  refusedSockets.inc({ reason: 'subscriptions' })
  throw new RequestError(
    'RATE_LIMITED',
    'Too many of your subscriptions are open: complete one first.',
    RETRY_MS,
  )
}

/** Yoga does not close the stream of a client that disconnects before its answer begins. */
function endWithRequest(events: AsyncIterator<unknown>, request: Request | undefined): void {
  const end = () => void events.return?.()
  if (request?.signal.aborted) end()
  else request?.signal.addEventListener('abort', end, { once: true })
}
