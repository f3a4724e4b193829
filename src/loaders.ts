import DataLoader from 'dataloader'
import { type BroadcastRow, broadcastsById } from './broadcasts/broadcast-row.ts'
import {
  type ConversationRow,
  conversationsById,
  type FlatConversationRow,
  readConversation,
  type UnreadStartRow,
  unreadStarts,
} from './conversations/conversation-row.ts'
import { unreadByKind } from './conversations/inbox.ts'
import { marksOf, participantCounts } from './conversations/participant-row.ts'
import type { Statement, TenantDatabase } from './database/database.ts'
import type { UserRow } from './database/prisma-types.ts'
import { usersById } from './members/user-row.ts'
import {
  firstReplies,
  type MessageRow,
  mentionsOf,
  messagesById,
  messageVersions,
  reactionsOf,
  replyCounts,
} from './messages/message-row.ts'
import type { Presence } from './presence/presence.ts'
import type { PresenceState } from './presence/status.ts'

/** A participant's marks, as a message's status needs them. */
export interface MarkRow {
  conversationId: string
  userId: string
  joinedSeq: number
  hasLeft: boolean
  lastReadSeq: number
  lastDeliveredSeq: number
}

/** What changes with a message's text. */
export type MessageVersion = Pick<MessageRow, 'id' | 'revision' | 'state'>

/** An emoji on a message. */
export interface ReactionRow {
  messageId: string
  emoji: string
  count: number
  reactedByViewer: boolean
}

/** Unread messages of a viewer by kind. */
export interface UnreadRow {
  kind: string
  unread: number
  mentions: number
}

/** Batched reads of one query, mutation field or delivered event: what they return is as of then. */
export interface Loaders {
  user: DataLoader<string, UserRow | null>
  /** Null unless the viewer may see it. */
  conversation: DataLoader<string, ConversationRow | null>
  /** Null unless the viewer may see it. */
  message: DataLoader<string, MessageRow | null>
  /** Null unless the viewer may see it. */
  messageVersion: DataLoader<string, MessageVersion | null>
  /** Null unless the viewer may see it. */
  broadcast: DataLoader<string, BroadcastRow | null>
  /** Null unless the viewer takes part in it. */
  unreadStart: DataLoader<string, UnreadStartRow | null>
  participantCount: DataLoader<string, number>
  marks: DataLoader<string, MarkRow[]>
  replyCount: DataLoader<string, number>
  /** The first so many replies to a message. */
  replies: DataLoader<{ parentId: string; most: number }, MessageRow[]>
  mentions: DataLoader<string, string[]>
  reactions: DataLoader<string, ReactionRow[]>
  unread: DataLoader<string, UnreadRow[]>
  presence: DataLoader<string, PresenceState>
}

/** Makes a fresh set of loaders over the viewer's database; what is asked of one of the messages to come is read for all. */
export function createLoaders(
  tenant: TenantDatabase,
  viewerId: string,
  presence: Pick<Presence, 'read'>,
  messagesToCome: readonly string[] = [],
): Loaders {
  const { companyId } = tenant.tenant
  const forCompany = (ids: readonly string[]) => [companyId, ids]
  const forViewer = (ids: readonly string[]) => [companyId, viewerId, ids]

  function batched<Row extends object, Value>(
    statement: Statement,
    keyOf: (row: Row) => string,
    valueFrom: (rows: Row[]) => Value,
    values: (ids: readonly string[]) => unknown[],
    toCome: readonly string[],
  ) {
    let ahead = toCome
    const loader = new DataLoader<string, Value>(async (ids) => {
      const alike = ahead
      ahead = []
      const rows = await tenant.query<Row>(statement, values([...new Set([...ids, ...alike])]))
      const byKey = groupBy(rows, keyOf)
      const of = (id: string) => valueFrom(byKey.get(id) ?? [])
      for (const id of alike) loader.prime(id, of(id))
      return ids.map(of)
    })
    return loader
  }

  function one<Row extends object, Value>(
    statement: Statement,
    keyOf: (row: Row) => string,
    read: (row: Row) => Value,
    values: (ids: readonly string[]) => unknown[],
    toCome: readonly string[] = [],
  ) {
    const first = ([row]: Row[]) => (row ? read(row) : null)
    return batched<Row, Value | null>(statement, keyOf, first, values, toCome)
  }

  function many<Row extends object, Value>(
    statement: Statement,
    keyOf: (row: Row) => string,
    read: (row: Row) => Value,
    values: (ids: readonly string[]) => unknown[] = forViewer,
    toCome: readonly string[] = [],
  ) {
    return batched<Row, Value[]>(statement, keyOf, (rows) => rows.map(read), values, toCome)
  }

  function count(
    statement: Statement,
    key: 'conversationId' | 'parentId',
    values = forViewer,
    toCome: readonly string[] = [],
  ) {
    type CountRow = { conversationId: string; parentId: string; count: number }
    return batched<CountRow, number>(
      statement,
      (row) => row[key],
      ([row]) => row?.count ?? 0,
      values,
      toCome,
    )
  }

  /** Messages of one page ask for as many replies each; what asks for another number is another statement. */
  async function loadReplies(keys: readonly { parentId: string; most: number }[]): Promise<MessageRow[][]> {
    const rows = new Map<string, MessageRow[]>()
    for (const [most, alike] of groupBy([...keys], (key) => String(key.most))) {
      const values = [...forViewer(alike.map(({ parentId }) => parentId)), Number(most)]
      const found = await tenant.query<MessageRow>(firstReplies, values)
      for (const [parentId, replies] of groupBy(found, (row) => String(row.parentId))) {
        rows.set(`${most} ${parentId}`, replies)
      }
    }
    return keys.map(({ parentId, most }) => rows.get(`${most} ${parentId}`) ?? [])
  }

  return {
    user: one<UserRow, UserRow>(
      usersById,
      (row) => row.id,
      (row) => row,
      forCompany,
    ),
    conversation: one<FlatConversationRow, ConversationRow>(
      conversationsById,
      (row) => row.id,
      readConversation,
      forViewer,
    ),
    message: one<MessageRow, MessageRow>(
      messagesById,
      (row) => row.id,
      (row) => row,
      forViewer,
    ),
    messageVersion: one<MessageVersion, MessageVersion>(
      messageVersions,
      (row) => row.id,
      (row) => row,
      forViewer,
      messagesToCome,
    ),
    broadcast: one<BroadcastRow, BroadcastRow>(
      broadcastsById,
      (row) => row.id,
      (row) => row,
      forViewer,
    ),
    unreadStart: one<UnreadStartRow, UnreadStartRow>(
      unreadStarts,
      (row) => row.conversationId,
      (row) => row,
      forViewer,
    ),
    participantCount: count(participantCounts, 'conversationId', forCompany),
    marks: many<MarkRow, MarkRow>(
      marksOf,
      (row) => row.conversationId,
      (row) => row,
    ),
    replyCount: count(replyCounts, 'parentId', forViewer, messagesToCome),
    replies: new DataLoader(loadReplies, { cache: false }),
    mentions: many<{ messageId: string; userId: string }, string>(
      mentionsOf,
      (row) => row.messageId,
      (row) => row.userId,
      forViewer,
      messagesToCome,
    ),
    reactions: many<ReactionRow, ReactionRow>(
      reactionsOf,
      (row) => row.messageId,
      (row) => row,
      forViewer,
      messagesToCome,
    ),
    unread: many<UnreadRow & { userId: string }, UnreadRow>(
      unreadByKind,
      (row) => row.userId,
      (row) => row,
      forCompany,
    ),
    presence: new DataLoader((ids) => presence.read(companyId, ids)),
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
