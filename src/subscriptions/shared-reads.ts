import DataLoader from 'dataloader'
import {
  type ConversationRow,
  conversationsOfViewers,
  type FlatConversationRow,
  readConversation,
} from '../conversations/conversation-row.ts'
import { unreadByKind } from '../conversations/inbox.ts'
import type { Statement, TenantDatabase } from '../database/database.ts'
import type { UserRow } from '../database/prisma-types.ts'
import type { MessageVersion, SharedLoaders, UnreadRow } from '../loaders.ts'
import { usersById } from '../members/user-row.ts'
import { messageVersionsOfViewers } from '../messages/message-row.ts'

/** What events show beside themselves, read for all who are told of them in one statement a tick. */
export interface SharedReads {
  /** On the clock of `performance`. */
  readonly madeAt: number
  /** The reads of one viewer among them. */
  of(userId: string): SharedLoaders
}

interface Pair {
  userId: string
  id: string
}

/** Makes them over the chores role bound to the company; every statement asks for each viewer by itself. */
export function createSharedReads(chores: TenantDatabase): SharedReads {
  const { companyId } = chores.tenant

  function pairs<Row extends { viewerId: string; id: string }, Value>(
    statement: Statement,
    read: (row: Row) => Value,
  ) {
    const file = singleFile()
    return new DataLoader<Pair, Value | null, string>(
      file.batch(async (keys) => {
        const columns = [keys.map(({ userId }) => userId), keys.map(({ id }) => id)]
        const rows = await chores.query<Row>(statement, [companyId, ...columns])
        const found = new Map(rows.map((row) => [keyOf({ userId: row.viewerId, id: row.id }), read(row)]))
        return keys.map((key) => found.get(keyOf(key)) ?? null)
      }),
      { cacheKeyFn: keyOf, batchScheduleFn: file.schedule },
    )
  }

  const userFile = singleFile()
  const readUsers = userFile.batch(async (ids: readonly string[]) => {
    const rows = await chores.query<UserRow>(usersById, [companyId, ids])
    const found = new Map(rows.map((row) => [row.id, row]))
    return ids.map((id) => found.get(id) ?? null)
  })
  const users = new DataLoader<string, UserRow | null>(readUsers, { batchScheduleFn: userFile.schedule })
  const unreadFile = singleFile()
  const readUnread = unreadFile.batch(async (ids: readonly string[]) => {
    const rows = await chores.query<UnreadRow & { userId: string }>(unreadByKind, [companyId, ids])
    const found = new Map<string, UnreadRow[]>(ids.map((id) => [id, []]))
    for (const row of rows) found.get(row.userId)?.push(row)
    return ids.map((id) => found.get(id) ?? [])
  })
  const unread = new DataLoader<string, UnreadRow[]>(readUnread, { batchScheduleFn: unreadFile.schedule })
  const conversations = pairs<FlatConversationRow & { viewerId: string; id: string }, ConversationRow>(
    conversationsOfViewers,
    ({ viewerId: _viewer, ...row }) => readConversation(row as FlatConversationRow),
  )
  const versions = pairs<MessageVersion & { viewerId: string }, MessageVersion>(
    messageVersionsOfViewers,
    ({ viewerId: _viewer, ...row }) => row,
  )

  return {
    madeAt: performance.now(),
    of: (userId) => ({
      user: () => users,
      unread: () => unread,
      conversation: () => ofViewer(conversations, userId),
      messageVersion: () => ofViewer(versions, userId),
    }),
  }
}

function ofViewer<Value>(loader: DataLoader<Pair, Value, string>, userId: string) {
  return new DataLoader<string, Value>((ids) => loader.loadMany(ids.map((id) => ({ userId, id }))))
}

function keyOf({ userId, id }: Pair): string {
  return `${userId} ${id}`
}

/** One statement at a time: whatever is asked for meanwhile, for however many, is the next one. */
function singleFile() {
  let isBusy = false
  let next: (() => void) | undefined

  return {
    schedule(dispatch: () => void): void {
      if (isBusy) next = dispatch
      else setImmediate(dispatch)
    },
    batch<Key, Value>(read: (keys: readonly Key[]) => Promise<Value[]>) {
      return async (keys: readonly Key[]): Promise<Value[]> => {
        isBusy = true
        try {
          return await read(keys)
        } finally {
          isBusy = false
          const dispatch = next
          next = undefined
          if (dispatch) setImmediate(dispatch)
        }
      }
    },
  }
}
