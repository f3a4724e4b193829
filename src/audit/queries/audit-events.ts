import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { encodeId } from '../../ids.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { requireWellFormed } from '../../text/search-text.ts'
import type { AuditRow } from '../audit-row.ts'
import { auditEventId, indexOfAuditEvent } from '../event-id.ts'
import { objectTypeOf } from '../kinds.ts'
import { type Client, commitment, openClient } from '../origins.ts'
import {
  type AuditFilter,
  eventsByIndex,
  eventsOfActor,
  eventsOfAll,
  eventsOfConversation,
  eventsOfKinds,
} from '../trail-rows.ts'

/** An audit event with its id. */
export interface AuditEvent extends AuditRow {
  id: string
}

const MAX_KINDS = 50

/** Returns a page of the company's audit events, latest first. The caller has checked the permission. */
export function auditEventPage(
  { tenant, viewer }: Context,
  filter: AuditFilter,
  args: ForwardArgs,
): Promise<Page<AuditEvent>> {
  const { companyId } = viewer
  if ((filter.kinds?.length ?? 0) > MAX_KINDS)
    throw new RequestError('BAD_USER_INPUT', `At most ${MAX_KINDS} kinds are taken at once.`)
  for (const kind of filter.kinds ?? []) requireWellFormed(kind, 'A kind')
  return forwardPage<AuditRow, AuditEvent>(args, {
    key: ['seq'],
    // Indexes count from 0, but positions in cursors from 1.
    keyOf: ({ index }) => [String(index + 1)],
    nodeOf: (row) => withId(companyId, row),
    read: ([below], max) =>
      tenant.query(statementFor(filter), {
        ...filter,
        companyId,
        below: below === null || below === undefined ? null : Number(below) - 1,
        max,
      }),
  })
}

/** Messages sent are most of a trail, and no index lists them by kind alone. */
function statementFor({ kinds, actorId, conversationId }: AuditFilter) {
  if (conversationId !== null) return eventsOfConversation
  if (actorId !== null) return eventsOfActor
  return kinds !== null && !kinds.includes('message.created') ? eventsOfKinds : eventsOfAll
}

/** Returns audit events by id, null for those that the viewer may not see. */
export async function auditEventsById(
  { tenant, viewer }: Context,
  ids: readonly string[],
): Promise<(AuditEvent | null)[]> {
  const { companyId, permissions } = viewer
  if (!permissions.has('AUDIT_READ')) return ids.map(() => null)
  const indexes = ids.flatMap((id) => indexOfAuditEvent(companyId, id) ?? [])
  const rows = await tenant.query(eventsByIndex, { companyId, indexes: [...new Set(indexes)] })
  const byId = new Map(rows.map((row) => [auditEventId(companyId, row.index), withId(companyId, row)]))
  return ids.map((id) => byId.get(id) ?? null)
}

/** Returns the global id of the object of an act. */
export function objectOfAct({ kind, objectId }: AuditEvent): string | null {
  const type = objectTypeOf(kind)
  return objectId !== null && type !== null ? encodeId(type, objectId) : null
}

/** Returns the client that an act came from; null if it is not known, or erased with the person. */
export async function clientOfAct(
  { loaders, keys }: Context,
  { originId }: AuditEvent,
): Promise<Client | null> {
  const origin = originId === null ? null : await loaders.auditOrigin.load(originId)
  if (!origin?.sealed || !origin.salt) return null
  const client = openClient(await keys(), origin.id, origin.sealed)
  // A salt that was changed opens another commitment than the trail has.
  return commitment(origin.salt, client).equals(origin.id) ? client : null
}

function withId(companyId: string, row: AuditRow): AuditEvent {
  return { ...row, id: auditEventId(companyId, row.index) }
}
