import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../context.ts'
import { execute } from '../execution/execute.ts'
import { chargeOperation, readVariables } from '../graphql/query-cost.ts'
import { fieldOf, measureOperation } from './measure-operation.ts'
import { noteActivity } from './note-activity.ts'
import { admitOperation } from './operation-gate.ts'
import { reserveCalls } from './reserve-calls.ts'

/**
 * Runs a query or mutation once it is charged, admitted and within the rate limits: the one way to execution, whatever
 * transport the operation came by. Throws RequestError.
 */
export function executeOperation(args: ExecutionArgs): Promise<ExecutionResult> {
  const run = () => measureOperation(args, () => executeAdmitted(args))
  const { traces } = (args.contextValue as Partial<Context>).services ?? {}
  return traces ? traces.operation(fieldOf(args), run) : run()
}

async function executeAdmitted(args: ExecutionArgs): Promise<ExecutionResult> {
  const { coerced, errors } = readVariables(args)
  if (errors) return { errors }
  const cost = chargeOperation(args)
  const { viewer, services, tenant } = args.contextValue as Partial<Context>
  await admitOperation(args)
  // After the cursor's position is read: a replica may show a commit before the primary does, and the rest of the operation may yet have
  // to be read there.
  if (getOperationAST(args.document, args.operationName)?.operation === 'query') tenant?.readFromReplica()
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
    onExecute({ setExecuteFn }) {
      setExecuteFn(executeOperation)
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
