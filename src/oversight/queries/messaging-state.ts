import { recordActNow } from '../../audit/record-act.ts'
import type { BroadcastRow } from '../../broadcasts/broadcast-row.ts'
import { broadcastsSentBefore } from '../../broadcasts/broadcast-row.ts'
import type { Context } from '../../context.ts'
import type { ConversationRow, FlatConversationRow } from '../../conversations/conversation-row.ts'
import type { RateWindow } from '../../limits/rate-window.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import type { Oversight } from '../../visibility/oversight.ts'
import { overseenConversation } from '../loaders.ts'
import {
  activeGroupsBefore,
  recentMessagesBefore,
  type SenderRow,
  type StateCounts,
  stateCounts,
  topSenders,
} from '../state-statements.ts'

/** The last 24 hours of a company. The caller has checked the permission of the viewer. */
export interface MessagingState extends Oversight {
  /** Reads the numbers, once. */
  counts(): Promise<StateCounts>
}

/** Returns the state of the viewer's company. Nothing is read before it is asked for. */
export function messagingState(context: Context): MessagingState {
  const audits = context.viewer.permissions.has('CONVERSATION_AUDIT')
  let reading: Promise<StateCounts> | undefined
  return {
    audits,
    counts() {
      reading ??= readCounts(context, audits)
      return reading
    },
  }
}

async function readCounts({ tenant, viewer }: Context, audits: boolean): Promise<StateCounts> {
  const [counts] = await tenant.query(stateCounts, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    audits,
  })
  if (!counts) throw new Error('Counting gives one row.')
  return counts
}

/** Returns the people who have sent most, and how near they came to the limits of sends. */
export function busiestSenders(
  { tenant, viewer }: Context,
  { audits }: MessagingState,
  windows: readonly RateWindow[],
): Promise<SenderRow[]> {
  return tenant.query(topSenders, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    audits,
    maxima: windows.map(({ max }) => max),
    lengths: windows.map(({ perMs }) => perMs),
  })
}

/** Returns a page of the messages of the last 24 hours, latest first. */
export function recentMessagePage(
  context: Context,
  oversight: MessagingState,
  args: ForwardArgs,
): Promise<Page<MessageRow>> {
  const { tenant, viewer } = context
  return forwardPage<MessageRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    nodeOf: (row) => ({ oversight, ...row }),
    async read([beforeAt, beforeId], max) {
      const asked = { ...askedBy(viewer, oversight), beforeAt, beforeId, max }
      const rows = await tenant.query(recentMessagesBefore, asked)
      return audited(tenant, oversight, await withoutDeniedTexts(context, rows))
    },
  })
}

/** Returns a page of the broadcasts of the last 24 hours, latest first. */
export function recentBroadcastPage(
  { tenant, viewer }: Context,
  oversight: MessagingState,
  args: ForwardArgs,
): Promise<Page<BroadcastRow>> {
  return forwardPage<BroadcastRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ sentAt, id }) => [sentAt?.toISOString() ?? '', id],
    nodeOf: (row) => ({ ...row, oversight }),
    read: async ([beforeAt, beforeId], max) =>
      audited(
        tenant,
        oversight,
        await tenant.query(broadcastsSentBefore, { ...askedBy(viewer, oversight), beforeAt, beforeId, max }),
      ),
  })
}

/** Returns a page of the groups with messages within the last 24 hours, those with the latest first. */
export function activeGroupPage(
  { tenant, viewer }: Context,
  oversight: MessagingState,
  args: ForwardArgs,
): Promise<Page<ConversationRow>> {
  return forwardPage<FlatConversationRow & { activeAt: Date }, ConversationRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ activeAt, id }) => [activeAt.toISOString(), id],
    nodeOf: overseenConversation,
    read: ([beforeAt, beforeId], max) =>
      tenant.query(activeGroupsBefore, { ...askedBy(viewer, oversight), beforeAt, beforeId, max }),
  })
}

/** The texts that the operator's policy keeps from auditors are as for overseers who do not audit. */
async function withoutDeniedTexts(
  { services, tenant, viewer }: Context,
  rows: MessageRow[],
): Promise<MessageRow[]> {
  if (!services.policy) return rows
  const pairs = rows.map(({ conversationId }) => ({ conversationId, userId: viewer.userId }))
  const denied = await services.policy.denied(tenant, pairs, 'audit')
  return rows.map((row, at) =>
    pairs[at] && denied.has(pairs[at]) ? { ...row, oversight: { audits: false } } : row,
  )
}

function askedBy({ companyId, userId }: Context['viewer'], { audits }: Oversight) {
  return { companyId, viewerId: userId, audits }
}

/** Records that an auditor is shown texts of others, before the answer goes out. */
async function audited<Row>(tenant: Context['tenant'], { audits }: Oversight, rows: Row[]): Promise<Row[]> {
  if (audits && rows.length > 0)
    await recordActNow(tenant, { kind: 'state.read', detail: { texts: rows.length } })
  return rows
}
