import type { Context } from '../../context.ts'
import {
  type ConversationRow,
  type FlatConversationRow,
  readConversation,
} from '../../conversations/conversation-row.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import {
  type BroadcastReaderRow,
  type BroadcastRow,
  broadcastNonReaders,
  broadcastReaders,
  broadcastsPage,
  groupsOfBroadcast,
} from '../broadcast-row.ts'

/** Returns a page of the viewer's broadcasts, latest first. */
export function broadcastList(
  { tenant, viewer }: Context,
  args: ForwardArgs,
  unreadOnly: boolean,
): Promise<Page<BroadcastRow>> {
  return forwardPage<BroadcastRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: (row) => [row.listedAt.toISOString(), row.id],
    nodeOf: (row) => row,
    read: ([at, id], max) =>
      tenant.query(broadcastsPage, {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        beforeAt: at,
        beforeId: id,
        max,
        unreadOnly,
      }),
  })
}

/** Returns a page of the groups that a broadcast is sent to. */
export function groupPage(
  { tenant, viewer }: Context,
  broadcast: BroadcastRow,
  args: ForwardArgs,
): Promise<Page<ConversationRow>> {
  return forwardPage<FlatConversationRow, ConversationRow>(args, {
    key: ['uuid'],
    keyOf: (row) => [String(row.id)],
    nodeOf: readConversation,
    read: ([id], max) =>
      tenant.query(groupsOfBroadcast, {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        broadcastId: broadcast.id,
        afterId: id,
        max,
      }),
  })
}

/** Returns a page of the recipients who have read a broadcast, latest first, or of those who have not, by name. */
export function readerPage(
  { tenant, viewer }: Context,
  broadcast: BroadcastRow,
  { read, ...args }: ForwardArgs & { read: boolean },
): Promise<Page<BroadcastReaderRow>> {
  return forwardPage<BroadcastReaderRow>(args, {
    key: [read ? 'instant' : 'text', 'uuid'],
    keyOf: (row) => [row.readAt?.toISOString() ?? row.nameFolded, row.userId],
    nodeOf: (row) => row,
    read: ([after, userId], max) =>
      tenant.query(read ? broadcastReaders : broadcastNonReaders, {
        companyId: viewer.companyId,
        broadcastId: broadcast.id,
        after,
        afterUserId: userId,
        max,
      }),
  })
}
