import type { ExecutionArgs, ExecutionResult, GraphQLError, SubscriptionArgs } from 'graphql'
import { EventAnswers } from '../subscriptions/event-answers.ts'
import { subscribe } from '../subscriptions/subscribe-freshly.ts'
import { admitSubscription, executeOperation } from './execute-operation.ts'

/** Runs a query or mutation of a known document outside GraphQL Yoga; a client may know its errors. Throws RequestError. */
export async function executeMasked(
  args: ExecutionArgs,
  mask: (error: unknown) => GraphQLError,
): Promise<ExecutionResult> {
  const result = await executeOperation(args)
  return result.errors ? { ...result, errors: result.errors.map(mask) } : result
}

/** Begins a subscription outside GraphQL Yoga; a client may know its errors. Throws RequestError. */
export async function subscribeMasked(
  args: SubscriptionArgs,
  mask: (error: unknown) => GraphQLError,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const errors = await admitSubscription(args)
  const result = errors ? { errors } : await subscribe(args)
  if (result instanceof EventAnswers) result.maskErrors(mask)
  else if (result.errors) return { ...result, errors: result.errors.map(mask) }
  return result
}
