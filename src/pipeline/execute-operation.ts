import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../context.ts'
import { chargeOperation, readVariables, type Variables } from '../graphql/query-cost.ts'
import { fieldOf, measureOperation } from './measure-operation.ts'
import { noteActivity } from './note-activity.ts'
import { admitOperation } from './operation-gate.ts'
import { reserveCalls } from './reserve-calls.ts'

/** Executes an operation whose variables are coerced already; an executor may do so once more. */
type Execute = (args: ExecutionArgs, coerced: Variables) => ExecutionResult | Promise<ExecutionResult>

/**
 * Runs a query or mutation once it is charged, admitted and within the rate limits: the one way to execution, whatever
 * transport the operation came by. Throws RequestError.
 */
export function executeOperation(args: ExecutionArgs, execute: Execute): Promise<ExecutionResult> {
  const run = () => measureOperation(args, () => executeAdmitted(args, execute))
  const { traces } = (args.contextValue as Partial<Context>).services ?? {}
  return traces ? traces.operation(fieldOf(args), run) : run()
}

async function executeAdmitted(args: ExecutionArgs, execute: Execute): Promise<ExecutionResult> {
  const { coerced, errors } = readVariables(args)
  if (errors) return { errors }
  const cost = chargeOperation(args)
  const { viewer, services, tenant } = args.contextValue as Partial<Context>
  if (getOperationAST(args.document, args.operationName)?.operation === 'query') tenant?.readFromReplica()
  await admitOperation(args)
  const refund = await reserveCalls(args)
  noteActivity(args)
  try {
    if (!viewer || !services) return await execute(args, coerced)
    return await services.work.execute(viewer, cost, () => execute(args, coerced))
  } finally {
    // A call that did not run, since something before it failed, does not count.
    await refund?.()
  }
}

/** Has GraphQL Yoga run operations so; subscriptions are charged and admitted before they begin. */
export function operations(): Plugin {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => executeOperation(args, executeFn))
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const errors = await admitSubscription(args)
      if (errors) setResultAndStopExecution({ errors })
    },
  }
}

/** Charges and admits a subscription before it begins, or tells what is wrong with its variables. Throws RequestError. */
export async function admitSubscription(args: ExecutionArgs): Promise<GraphQLError[] | undefined> {
  const { errors } = readVariables(args)
  if (errors) return errors
  chargeOperation(args)
  await admitOperation(args)
  return undefined
}
