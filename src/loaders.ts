import DataLoader from 'dataloader'
import {
  type ConversationRow,
  conversationsById,
  type FlatConversationRow,
  readConversation,
} from './conversations/conversation-row.ts'
import { marksOf, participantCounts, unreadByKind } from './conversations/inbox.ts'
import type { Statement, TenantDatabase } from './database/database.ts'
import type { UserRow } from './database/prisma-types.ts'
import { usersById } from './members/user-row.ts'
import { type MessageRow, mentionsOf, messagesById, replyCounts } from './messages/message-row.ts'

/** A participant's marks, as a message's status needs them. */
export interface MarkRow {
  conversationId: string
  userId: string
  joinedSeq: number
  lastReadSeq: number
  lastDeliveredSeq: number
}

/** Unread messages of a viewer by kind. */
export interface UnreadRow {
  kind: string
  unread: number
  mentions: number
}

/** Batched reads of one operation, or of one delivered event: what they return is as of then. */
export interface Loaders {
  user: DataLoader<string, UserRow | null>
  /** Null unless the viewer may see it. */
  conversation: DataLoader<string, ConversationRow | null>
  /** Null unless the viewer may see it. */
  message: DataLoader<string, MessageRow | null>
  participantCount: DataLoader<string, number>
  marks: DataLoader<string, MarkRow[]>
  replyCount: DataLoader<string, number>
  mentions: DataLoader<string, string[]>
  unread: DataLoader<string, UnreadRow[]>
}

/** Makes a fresh set of loaders over the viewer's database. */
export function createLoaders(tenant: TenantDatabase, viewerId: string): Loaders {
  const { companyId } = tenant.tenant

  function one<Row extends object, Value>(
    statement: Statement,
    keyOf: (row: Row) => string,
    read: (row: Row) => Value,
    values: (ids: readonly string[]) => unknown[],
  ) {
    return new DataLoader<string, Value | null>(async (ids) => {
      const rows = await tenant.query<Row>(statement, values(ids))
      const byKey = new Map(rows.map((row) => [keyOf(row), read(row)]))
      return ids.map((id) => byKey.get(id) ?? null)
    })
  }

  function many<Row extends object, Value>(
    statement: Statement,
    keyOf: (row: Row) => string,
    read: (row: Row) => Value,
  ) {
    return new DataLoader<string, Value[]>(async (ids) => {
      const rows = await tenant.query<Row>(statement, [companyId, ids])
      const byKey = groupBy(rows, keyOf)
      return ids.map((id) => (byKey.get(id) ?? []).map(read))
    })
  }

  function count(statement: Statement, key: 'conversationId' | 'parentId') {
    type CountRow = { conversationId: string; parentId: string; count: number }
    const loader = many<CountRow, number>(
      statement,
      (row) => row[key],
      (row) => row.count,
    )
    return new DataLoader<string, number>(
      async (ids) =>
        (await loader.loadMany(ids)).map((counts) => (counts instanceof Error ? counts : (counts[0] ?? 0))),
      { cache: false },
    )
  }

  return {
    user: one<UserRow, UserRow>(
      usersById,
      (row) => row.id,
      (row) => row,
      (ids) => [companyId, ids],
    ),
    conversation: one<FlatConversationRow, ConversationRow>(
      conversationsById,
      (row) => row.id,
      readConversation,
      (ids) => [companyId, viewerId, ids],
    ),
    message: one<MessageRow, MessageRow>(
      messagesById,
      (row) => row.id,
      (row) => row,
      (ids) => [companyId, viewerId, ids],
    ),
    participantCount: count(participantCounts, 'conversationId'),
    marks: many<MarkRow, MarkRow>(
      marksOf,
      (row) => row.conversationId,
      (row) => row,
    ),
    replyCount: count(replyCounts, 'parentId'),
    mentions: many<{ messageId: string; userId: string }, string>(
      mentionsOf,
      (row) => row.messageId,
      (row) => row.userId,
    ),
    unread: many<UnreadRow & { userId: string }, UnreadRow>(
      unreadByKind,
      (row) => row.userId,
      (row) => row,
    ),
  }
}

function groupBy<Row>(rows: Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}
