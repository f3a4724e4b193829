import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql'
import { compileOperation } from './compile-operation.ts'
import { executeFields, executeSerially } from './execute-fields.ts'
import type { Execution } from './field-outcome.ts'

/**
 * Runs an operation, or a subscription's operation for one event, as the specification of GraphQL says (6.2 to 6.4), whose
 * variables are coerced. Two things are unlike the executors of libraries. Fields of a document are collected once, not in each
 * object of each execution. And a failure at once in one item of a list leaves no failure of another item unhandled, which would
 * end the process.
 */
export async function execute(
  args: ExecutionArgs,
  coerced: Record<string, unknown>,
): Promise<ExecutionResult> {
  const { schema, document, operationName, rootValue, contextValue } = args
  const operation = getOperationAST(document, operationName)
  if (!operation) return { errors: [new GraphQLError('Must provide an operation.')] }
  // Variables are an object of their own in each execution, by which fields keep what concerns that one alone.
  const variableValues = { ...coerced }
  const compiled = compileOperation(schema, document, operation, variableValues)
  const execution: Execution = { compiled, rootValue, contextValue, variableValues, errors: [] }
  const { errors } = execution
  try {
    const run = operation.operation === 'mutation' ? executeSerially : executeFields
    const data = (await run(execution, compiled.fields, rootValue, undefined)) as Record<string, unknown>
    return errors.length > 0 ? { errors, data } : { data }
  } catch (error) {
    // The error of a field that must not be null, and in whose place nothing can be.
    return { errors: [...errors, error as GraphQLError], data: null }
  }
}
