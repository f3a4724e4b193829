import { createSourceEventStream, type ExecutionResult, type SubscriptionArgs } from 'graphql'
import type { Plugin, YogaInitialContext } from 'graphql-yoga'
import type { Hold } from '../concurrency/shared.ts'
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

/** Begins a subscription. Throws RATE_LIMITED if the viewer has too many. */
export async function subscribe(args: SubscriptionArgs): Promise<EventAnswers | ExecutionResult> {
  requireRootField(args)
  const counted = count(args.contextValue as Context)
  try {
    const source = await createSourceEventStream(args)
    if (Symbol.asyncIterator in source) {
      const answers = new EventAnswers(source as never, args, counted)
      endWithRequest(answers, (args.contextValue as Partial<YogaInitialContext>).request)
      return answers
    }
    counted.release()
    return source
  } catch (error) {
    counted.release()
    throw error
  }
}

/** Counts the subscription for its viewer. */
function count({ services, viewer }: Context): Hold<unknown> {
  const counted = services.subscriptions.open(`${viewer.companyId} ${viewer.userId}`)
  if (counted) return counted
  refusedSockets.inc({ reason: 'subscriptions' })
  throw new RequestError(
    'RATE_LIMITED',
    'Too many of your subscriptions are open: complete one first.',
    RETRY_MS,
  )
}

/** Yoga does not close the stream of a client that disconnects before its answer begins. */
function endWithRequest(events: EventAnswers, request: Request | undefined): void {
  if (!request) return
  const end = () => void events.return()
  if (request.signal.aborted) end()
  else request.signal.addEventListener('abort', end, { once: true })
}
