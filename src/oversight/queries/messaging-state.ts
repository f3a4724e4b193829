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
  { tenant, viewer }: Context,
  oversight: MessagingState,
  args: ForwardArgs,
): Promise<Page<MessageRow>> {
  return forwardPage<MessageRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    nodeOf: (row) => ({ ...row, oversight }),
    read: async ([beforeAt, beforeId], max) =>
      audited(
        tenant,
        oversight,
        await tenant.query(recentMessagesBefore, { ...askedBy(viewer, oversight), beforeAt, beforeId, max }),
      ),
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

function askedBy({ companyId, userId }: Context['viewer'], { audits }: Oversight) {
  return { companyId, viewerId: userId, audits }
}

/** Records that an auditor is shown texts of others, before the answer goes out. */
async function audited<Row>(tenant: Context['tenant'], { audits }: Oversight, rows: Row[]): Promise<Row[]> {
  if (audits && rows.length > 0)
    await recordActNow(tenant, { kind: 'state.read', detail: { texts: rows.length } })
  return rows
}
