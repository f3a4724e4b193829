import DataLoader from 'dataloader'
import { type BroadcastRow, broadcastsById } from './broadcasts/broadcast-row.ts'
import {
  type ConversationRow,
  conversationsById,
  readConversation,
  type UnreadStartRow,
  unreadStarts,
} from './conversations/conversation-row.ts'
import { type MarkRow, marksOf, participantCounts } from './conversations/participant-row.ts'
import { type UnreadRow, unreadByKind } from './conversations/queries/inbox.ts'
import type { TenantDatabase } from './database/database.ts'
import type { UserRow } from './database/prisma-types.ts'
import type { Statement } from './database/statement.ts'
import { usersById } from './members/user-row.ts'
import {
  firstReplies,
  type MessageRow,
  type MessageVersion,
  mentionsOf,
  messagesById,
  messageVersions,
  type ReactionRow,
  reactionsOf,
  replyCounts,
} from './messages/message-row.ts'
import type { Presence } from './presence/presence.ts'
import type { PresenceState } from './presence/status.ts'

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

/** The values of statements that take keys; those without a viewer take no notice of one. */
function of({ tenant, viewerId }: Reads, ids: readonly string[]) {
  return { companyId: tenant.tenant.companyId, viewerId, ids }
}

/** How rows become the values of keys. */
interface Shape<Row extends object, Value> {
  statement: Statement<'companyId' | 'viewerId' | 'ids', Row>
  keyOf(row: NoInfer<Row>): string
  valueFrom(rows: Row[]): Value
  /** The keys are messages. */
  ofMessages?: boolean
}

function batched<Row extends object, Value>(
  reads: Reads,
  { statement, keyOf, valueFrom, ofMessages = false }: Shape<Row, Value>,
) {
  let ahead: readonly string[] = ofMessages ? reads.messagesToCome : []
  const loader = new DataLoader<string, Value>(async (ids) => {
    const alike = ahead
    ahead = []
    const rows = await reads.tenant.query(statement, of(reads, [...new Set([...ids, ...alike])]))
    const byKey = groupBy(rows, keyOf)
    const found = (id: string) => valueFrom(byKey.get(id) ?? [])
    for (const id of alike) loader.prime(id, found(id))
    return ids.map(found)
  })
  return loader
}

function one<Row extends object, Value>(
  reads: Reads,
  { read, ...shape }: Omit<Shape<Row, Value>, 'valueFrom'> & { read(row: Row): Value },
) {
  return batched(reads, { ...shape, valueFrom: ([row]) => (row ? read(row) : null) })
}

function many<Row extends object, Value>(
  reads: Reads,
  { read, ...shape }: Omit<Shape<Row, Value>, 'valueFrom'> & { read(row: Row): Value },
) {
  return batched(reads, { ...shape, valueFrom: (rows) => rows.map(read) })
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
    const found = await reads.tenant.query(firstReplies, { ...of(reads, parents), max: Number(max) })
    for (const [parentId, replies] of groupBy(found, (row) => String(row.parentId))) {
      rows.set(`${max} ${parentId}`, replies)
    }
  }
  return keys.map(({ parentId, max }) => rows.get(`${max} ${parentId}`) ?? [])
}

type Makers = { [Name in keyof Loaders]: (reads: Reads) => Loaders[Name] }

const makers: Makers = {
  user: (reads) => one(reads, { statement: usersById, keyOf: idOf, read: asItIs }),
  conversation: (reads) =>
    one(reads, {
      statement: conversationsById,
      keyOf: idOf,
      read: readConversation,
    }),
  message: (reads) =>
    one(reads, {
      statement: messagesById,
      keyOf: idOf,
      read: asItIs,
    }),
  messageVersion: (reads) =>
    one(reads, {
      statement: messageVersions,
      keyOf: idOf,
      read: asItIs,
      ofMessages: true,
    }),
  broadcast: (reads) =>
    one(reads, {
      statement: broadcastsById,
      keyOf: idOf,
      read: asItIs,
    }),
  unreadStart: (reads) =>
    one(reads, {
      statement: unreadStarts,
      keyOf: ({ conversationId }) => conversationId,
      read: asItIs,
    }),
  participantCount: (reads) =>
    batched(reads, {
      statement: participantCounts,
      keyOf: ({ conversationId }) => conversationId,
      valueFrom: ([row]) => row?.count ?? 0,
    }),
  marks: (reads) =>
    many(reads, {
      statement: marksOf,
      keyOf: ({ conversationId }) => conversationId,
      read: asItIs,
    }),
  replyCount: (reads) =>
    batched(reads, {
      statement: replyCounts,
      keyOf: ({ parentId }) => parentId,
      valueFrom: ([row]) => row?.count ?? 0,
      ofMessages: true,
    }),
  replies: (reads) => new DataLoader((keys) => loadReplies(reads, keys), { cache: false }),
  mentions: (reads) =>
    many(reads, {
      statement: mentionsOf,
      keyOf: messageOf,
      read: ({ userId }) => userId,
      ofMessages: true,
    }),
  reactions: (reads) =>
    many(reads, {
      statement: reactionsOf,
      keyOf: messageOf,
      read: asItIs,
      ofMessages: true,
    }),
  unread: (reads) =>
    many(reads, {
      statement: unreadByKind,
      keyOf: ({ userId }) => userId,
      read: asItIs,
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
