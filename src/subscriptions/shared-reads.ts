import DataLoader from 'dataloader'
import { conversationsOfViewers, readConversation } from '../conversations/conversation-row.ts'
import { type UnreadRow, unreadByKind } from '../conversations/unread-row.ts'
import type { TenantDatabase } from '../database/database.ts'
import type { UserRow } from '../database/prisma-types.ts'
import type { Statement } from '../database/statement.ts'
import type { SharedLoaders } from '../loaders.ts'
import { usersById } from '../members/user-row.ts'
import { type MessageAction, unrefusedActionsOfViewers } from '../messages/message-actions.ts'
import { type MessageVersion, messageVersionsOfViewers } from '../messages/message-row.ts'
import { singleFile } from './single-file.ts'

/** Reads for the answers to events, batched over all viewers into one statement per tick. */
export interface SharedReads {
  /** Time of creation on the clock of `performance`. */
  readonly madeAt: number
  /** The loaders of one viewer. */
  of(userId: string): SharedLoaders
}

interface Pair {
  userId: string
  id: string
}

/**
 * Creates the reads with the system role bound to the company. Each statement applies the access rules to every viewer
 * separately.
 */
export function createSharedReads(system: TenantDatabase): SharedReads {
  const users = usersOf(system)
  const unread = unreadOf(system)
  const conversations = pairs(system, conversationsOfViewers, ({ viewerId: _viewer, ...row }) =>
    readConversation(row),
  )
  const versions = pairs(
    system,
    messageVersionsOfViewers,
    ({ viewerId: _viewer, ...row }): MessageVersion => row,
  )
  const actions = pairs(system, unrefusedActionsOfViewers, (row): MessageAction[] => row.actions)
  return {
    madeAt: performance.now(),
    of: (userId) => ({
      user: () => users,
      unread: () => unread,
      conversation: () => ofViewer(conversations, userId),
      messageVersion: () => ofViewer(versions, userId),
      messageActions: () => ofViewer(actions, userId, []),
    }),
  }
}

function usersOf(system: TenantDatabase): DataLoader<string, UserRow | null> {
  const file = singleFile()
  const read = file.batch(async (ids: readonly string[]) => {
    const rows = await system.query(usersById, { companyId: system.tenant.companyId, ids })
    const found = new Map(rows.map((row) => [row.id, row]))
    return ids.map((id) => found.get(id) ?? null)
  })
  return new DataLoader(read, { batchScheduleFn: file.schedule })
}

function unreadOf(system: TenantDatabase): DataLoader<string, UnreadRow[]> {
  const file = singleFile()
  const read = file.batch(async (ids: readonly string[]) => {
    const rows = await system.query(unreadByKind, { companyId: system.tenant.companyId, ids })
    const found = new Map<string, UnreadRow[]>(ids.map((id) => [id, []]))
    for (const row of rows) found.get(row.userId)?.push(row)
    return ids.map((id) => found.get(id) ?? [])
  })
  return new DataLoader(read, { batchScheduleFn: file.schedule })
}

/** A loader of what each viewer sees of an object; null where the viewer sees nothing. */
function pairs<Row extends { viewerId: string; id: string }, Value>(
  system: TenantDatabase,
  statement: Statement<'companyId' | 'viewerIds' | 'ids', Row>,
  read: (row: Row) => Value,
): DataLoader<Pair, Value | null, string> {
  const file = singleFile()
  const batch = file.batch(async (keys: readonly Pair[]) => {
    const rows = await system.query(statement, {
      companyId: system.tenant.companyId,
      viewerIds: keys.map(({ userId }) => userId),
      ids: keys.map(({ id }) => id),
    })
    const found = new Map(rows.map((row) => [keyOf({ userId: row.viewerId, id: row.id }), read(row)]))
    return keys.map((key) => found.get(keyOf(key)) ?? null)
  })
  return new DataLoader(batch, { cacheKeyFn: keyOf, batchScheduleFn: file.schedule })
}

/** The loader of one viewer, with `none` where the viewer sees nothing. */
function ofViewer<Value, None = null>(
  loader: DataLoader<Pair, Value | null, string>,
  userId: string,
  none = null as None,
) {
  return new DataLoader<string, Value | None>(async (ids) => {
    const found = await loader.loadMany(ids.map((id) => ({ userId, id })))
    return found.map((each) => each ?? none)
  })
}

function keyOf({ userId, id }: Pair): string {
  return `${userId} ${id}`
}
