import { type ExecutionArgs, getOperationAST, Kind } from 'graphql'
import type { Context } from '../context.ts'

/** Root fields that clients select by themselves, without a person. */
const AUTOMATIC = new Set(['heartbeat', 'acknowledgeDelivery', 'createConnectionTicket', '__typename'])

/**
 * Notes for presence that the viewer does something: any query or mutation but what clients do by themselves. Subscriptions
 * are none: a client that lost its socket opens them again.
 */
export function noteActivity({ document, operationName, contextValue }: ExecutionArgs): void {
  const { viewer, services } = contextValue as Partial<Context>
  if (!viewer || !services || !viewer.permissions.has('PRESENCE_WRITE')) return
  const fields = getOperationAST(document, operationName)?.selectionSet.selections ?? []
  const isAutomatic = fields.every((field) => field.kind === Kind.FIELD && AUTOMATIC.has(field.name.value))
  if (!isAutomatic) services.presence.recordActivity({ companyId: viewer.companyId, userId: viewer.userId })
}
