import { normalizedExecutor } from '@graphql-tools/executor'
import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
  type SubscriptionArgs,
} from 'graphql'
import type { Variables } from '../graphql/query-cost.ts'
import { EventAnswers } from '../subscriptions/event-answers.ts'
import { subscribe } from '../subscriptions/subscribe-freshly.ts'
import { compileOperation } from './compile-operation.ts'
import { executeCompiled } from './execute-compiled.ts'
import { admitSubscription, executeOperation } from './execute-operation.ts'

/** Runs a query or mutation of a known document outside GraphQL Yoga; a client may know its errors. Throws RequestError. */
export async function executeMasked(
  args: ExecutionArgs,
  mask: (error: unknown) => GraphQLError,
): Promise<ExecutionResult> {
  const result = await executeOperation(args, execute)
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

function execute(args: ExecutionArgs, coerced: Variables): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName)
  const compiled = operation && compileOperation(args.schema, args.document, operation)
  // The library's own executor makes no streams of queries and mutations either.
  return compiled
    ? executeCompiled(compiled, args.contextValue, coerced)
    : (normalizedExecutor(args) as Promise<ExecutionResult>)
}
