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
import { marksOf, participantCounts } from './conversations/participant-row.ts'
import { unreadByKind } from './conversations/queries/inbox.ts'
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
  replies: DataLoader<{ parentId: string; max: number }, MessageRow[]>
  mentions: DataLoader<string, string[]>
  reactions: DataLoader<string, ReactionRow[]>
  unread: DataLoader<string, UnreadRow[]>
  presence: DataLoader<string, PresenceState>
}

/** What loaders read with. */
interface Reads {
  readonly tenant: TenantDatabase
  readonly viewerId: string
  readonly presence: Pick<Presence, 'read'>
  /** What is asked of one of these messages is read for all of them. */
  readonly messagesToCome: readonly string[]
}

/** Loaders that take the place of the viewer's own, such as those that read for many viewers at once. */
export type SharedLoaders = { readonly [Name in keyof Loaders]?: () => Loaders[Name] }

/** Makes a fresh set of loaders over the viewer's database; what is asked of one of the messages to come is read for all. */
export function createLoaders(
  tenant: TenantDatabase,
  viewerId: string,
  presence: Pick<Presence, 'read'>,
  messagesToCome: readonly string[] = [],
  shared: SharedLoaders = {},
): Loaders {
  // Its prototype has a getter for each loader.
  return new LazyLoaders({ tenant, viewerId, presence, messagesToCome }, shared) as unknown as Loaders
}

/** Most operations use one or two loaders: each is made when it is first asked for. */
class LazyLoaders {
  readonly #reads: Reads
  readonly #shared: SharedLoaders

  constructor(reads: Reads, shared: SharedLoaders) {
    this.#reads = reads
    this.#shared = shared
  }

  make(name: keyof Loaders): unknown {
    return this.#shared[name]?.() ?? makers[name](this.#reads)
  }
}

type ValuesOf = (reads: Reads, ids: readonly string[]) => unknown[]
const forCompany: ValuesOf = ({ tenant }, ids) => [tenant.tenant.companyId, ids]
const forViewer: ValuesOf = ({ tenant, viewerId }, ids) => [tenant.tenant.companyId, viewerId, ids]

/** How rows become the values of keys. */
interface Shape<Row extends object, Value> {
  statement: Statement
  keyOf(row: Row): string
  valueFrom(rows: Row[]): Value
  values: ValuesOf
  /** The keys are messages. */
  ofMessages?: boolean
}

function batched<Row extends object, Value>(
  reads: Reads,
  { statement, keyOf, valueFrom, values, ofMessages = false }: Shape<Row, Value>,
) {
  let ahead: readonly string[] = ofMessages ? reads.messagesToCome : []
  const loader = new DataLoader<string, Value>(async (ids) => {
    const alike = ahead
    ahead = []
    const rows = await reads.tenant.query<Row>(statement, values(reads, [...new Set([...ids, ...alike])]))
    const byKey = groupBy(rows, keyOf)
    const of = (id: string) => valueFrom(byKey.get(id) ?? [])
    for (const id of alike) loader.prime(id, of(id))
    return ids.map(of)
  })
  return loader
}

function one<Row extends object, Value>(
  reads: Reads,
  { read, ...shape }: Omit<Shape<Row, Value>, 'valueFrom'> & { read(row: Row): Value },
) {
  return batched<Row, Value | null>(reads, { ...shape, valueFrom: ([row]) => (row ? read(row) : null) })
}

function many<Row extends object, Value>(
  reads: Reads,
  { read, ...shape }: Omit<Shape<Row, Value>, 'valueFrom'> & { read(row: Row): Value },
) {
  return batched<Row, Value[]>(reads, { ...shape, valueFrom: (rows) => rows.map(read) })
}

const asItIs = <Row>(row: Row): Row => row
const idOf = ({ id }: { id: string }) => id
const messageOf = ({ messageId }: { messageId: string }) => messageId

/** Messages of one page ask for as many replies each; what asks for another number is another statement. */
async function loadReplies(
  reads: Reads,
  keys: readonly { parentId: string; max: number }[],
): Promise<MessageRow[][]> {
  const rows = new Map<string, MessageRow[]>()
  for (const [max, alike] of groupBy([...keys], (key) => String(key.max))) {
    const parents = alike.map(({ parentId }) => parentId)
    const found = await reads.tenant.query<MessageRow>(firstReplies, [
      ...forViewer(reads, parents),
      Number(max),
    ])
    for (const [parentId, replies] of groupBy(found, (row) => String(row.parentId))) {
      rows.set(`${max} ${parentId}`, replies)
    }
  }
  return keys.map(({ parentId, max }) => rows.get(`${max} ${parentId}`) ?? [])
}

type Makers = { [Name in keyof Loaders]: (reads: Reads) => Loaders[Name] }

const makers: Makers = {
  user: (reads) =>
    one<UserRow, UserRow>(reads, { statement: usersById, keyOf: idOf, read: asItIs, values: forCompany }),
  conversation: (reads) =>
    one<FlatConversationRow, ConversationRow>(reads, {
      statement: conversationsById,
      keyOf: idOf,
      read: readConversation,
      values: forViewer,
    }),
  message: (reads) =>
    one<MessageRow, MessageRow>(reads, {
      statement: messagesById,
      keyOf: idOf,
      read: asItIs,
      values: forViewer,
    }),
  messageVersion: (reads) =>
    one<MessageVersion, MessageVersion>(reads, {
      statement: messageVersions,
      keyOf: idOf,
      read: asItIs,
      values: forViewer,
      ofMessages: true,
    }),
  broadcast: (reads) =>
    one<BroadcastRow, BroadcastRow>(reads, {
      statement: broadcastsById,
      keyOf: idOf,
      read: asItIs,
      values: forViewer,
    }),
  unreadStart: (reads) =>
    one<UnreadStartRow, UnreadStartRow>(reads, {
      statement: unreadStarts,
      keyOf: ({ conversationId }) => conversationId,
      read: asItIs,
      values: forViewer,
    }),
  participantCount: (reads) =>
    batched<{ conversationId: string; count: number }, number>(reads, {
      statement: participantCounts,
      keyOf: ({ conversationId }) => conversationId,
      valueFrom: ([row]) => row?.count ?? 0,
      values: forCompany,
    }),
  marks: (reads) =>
    many<MarkRow, MarkRow>(reads, {
      statement: marksOf,
      keyOf: ({ conversationId }) => conversationId,
      read: asItIs,
      values: forViewer,
    }),
  replyCount: (reads) =>
    batched<{ parentId: string; count: number }, number>(reads, {
      statement: replyCounts,
      keyOf: ({ parentId }) => parentId,
      valueFrom: ([row]) => row?.count ?? 0,
      values: forViewer,
      ofMessages: true,
    }),
  replies: (reads) => new DataLoader((keys) => loadReplies(reads, keys), { cache: false }),
  mentions: (reads) =>
    many<{ messageId: string; userId: string }, string>(reads, {
      statement: mentionsOf,
      keyOf: messageOf,
      read: ({ userId }) => userId,
      values: forViewer,
      ofMessages: true,
    }),
  reactions: (reads) =>
    many<ReactionRow, ReactionRow>(reads, {
      statement: reactionsOf,
      keyOf: messageOf,
      read: asItIs,
      values: forViewer,
      ofMessages: true,
    }),
  unread: (reads) =>
    many<UnreadRow & { userId: string }, UnreadRow>(reads, {
      statement: unreadByKind,
      keyOf: ({ userId }) => userId,
      read: asItIs,
      values: forCompany,
    }),
  presence: ({ tenant, presence }) => new DataLoader((ids) => presence.read(tenant.tenant.companyId, ids)),
}

for (const name of Object.keys(makers) as (keyof Loaders)[]) {
  Object.defineProperty(LazyLoaders.prototype, name, {
    get(this: LazyLoaders) {
      const value = this.make(name)
      Object.defineProperty(this, name, { value })
      return value
    },
  })
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
