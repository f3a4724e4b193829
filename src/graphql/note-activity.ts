import { type ExecutionArgs, getOperationAST, Kind } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../context.ts'

/** Notes for presence that the viewer does something: any operation but a heartbeat alone. */
export function noteActivity(): Plugin {
  return {
    onExecute: ({ args }) => note(args),
    onSubscribe: ({ args }) => note(args),
  }
}

function note({ document, operationName, contextValue }: ExecutionArgs): void {
  const { viewer, parts } = contextValue as Partial<Context>
  if (!viewer || !parts || !viewer.permissions.has('PRESENCE_WRITE')) return
  const fields = getOperationAST(document, operationName)?.selectionSet.selections ?? []
  const isHeartbeat = fields.every((field) => field.kind === Kind.FIELD && field.name.value === 'heartbeat')
  if (!isHeartbeat) parts.presence.touch({ companyId: viewer.companyId, userId: viewer.userId })
}
