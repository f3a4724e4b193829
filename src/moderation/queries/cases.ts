import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { deniedIds } from '../../policy/denied-ids.ts'
import {
  type CaseRow,
  type CaseState,
  casesOfAllStates,
  casesOfState,
  heldBefore,
  type ReportRow,
  reportsOfCase,
} from '../case-row.ts'

/**
 * Returns a page of the cases of one state, or of all, oldest first, without those that the operator's policy keeps from the
 * viewer. The caller has checked the permission.
 */
export async function casePage(
  context: Context,
  state: CaseState | null | undefined,
  args: ForwardArgs,
): Promise<Page<CaseRow>> {
  const { tenant, viewer } = context
  const page = await forwardPage<CaseRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ openedAt, id }) => [openedAt.toISOString(), id],
    nodeOf: (row) => row,
    read: ([afterAt, afterId], max) =>
      tenant.query(state ? casesOfState : casesOfAllStates, {
        companyId: viewer.companyId,
        state: state ?? null,
        afterAt,
        afterId,
        max,
      }),
  })
  const denied = await deniedCases(
    context,
    page.edges.map(({ node }) => node.id),
  )
  return { ...page, edges: page.edges.filter(({ node }) => !denied.has(node.id)) }
}

/**
 * Returns cases by id, null for those that there are not, or that the operator's policy keeps from the viewer. The caller has checked
 * the permission.
 */
export async function casesOf(context: Context, ids: readonly string[]): Promise<(CaseRow | null)[]> {
  const denied = await deniedCases(context, ids)
  return Promise.all(ids.map((id) => (denied.has(id) ? null : context.loaders.moderationCase.load(id))))
}

function deniedCases(
  { services, tenant, viewer }: Context,
  cases: readonly string[],
): Promise<ReadonlySet<string>> {
  return deniedIds(services.policy, tenant, viewer.userId, { cases }, 'moderate')
}

/** Returns a page of the reports of a case, earliest first. */
export function reportPage(
  { tenant, viewer }: Context,
  { id }: CaseRow,
  args: ForwardArgs,
): Promise<Page<ReportRow>> {
  return forwardPage<ReportRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ reportedAt, reporterId }) => [reportedAt.toISOString(), reporterId],
    nodeOf: (row) => row,
    read: ([afterAt, afterId], max) =>
      tenant.query(reportsOfCase, { companyId: viewer.companyId, caseId: id, afterAt, afterId, max }),
  })
}

/** Returns a page of the viewer's own messages that are held or were rejected, latest first. */
export function heldPage({ tenant, viewer }: Context, args: ForwardArgs): Promise<Page<MessageRow>> {
  return forwardPage<MessageRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    nodeOf: (row) => row,
    read: ([beforeAt, beforeId], max) =>
      tenant.query(heldBefore, {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        beforeAt,
        beforeId,
        max,
      }),
  })
}

/** Returns the message of a case, whether or not the viewer takes part in its conversation. */
export async function messageOfCase({ loaders }: Context, { messageId }: CaseRow): Promise<MessageRow> {
  const message = await loaders.messageOfCase.load(messageId)
  if (!message) throw new RequestError('NOT_FOUND', 'The message is no longer stored.')
  return { ...message, isUnderReview: true }
}

/** Decrypts the note of a report. */
export async function readNote(
  { keys }: Context,
  { messageId, reporterId, note }: ReportRow,
): Promise<string | null> {
  return note === null
    ? null
    : (await keys()).decrypt(note, { field: 'report', recordId: `${messageId} ${reporterId}` })
}

/** Decrypts the reason of a decision. */
export async function readReason({ keys }: Context, { id, reason }: CaseRow): Promise<string | null> {
  return reason === null ? null : (await keys()).decrypt(reason, { field: 'decision', recordId: id })
}
