import { normalizedExecutor } from '@graphql-tools/executor'
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import { executeOperation } from './execute-operation.ts'

/** Runs a query or mutation outside GraphQL Yoga with Yoga's executor; a client may know its errors. Throws RequestError. */
export async function executeMasked(
  args: ExecutionArgs,
  mask: (error: unknown) => GraphQLError,
): Promise<ExecutionResult> {
  const result = await executeOperation(args, execute)
  return result.errors ? { ...result, errors: result.errors.map(mask) } : result
}

/** Of queries and mutations it makes no streams. */
const execute = normalizedExecutor as (args: ExecutionArgs) => Promise<ExecutionResult>
