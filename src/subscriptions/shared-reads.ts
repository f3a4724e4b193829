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
  const { companyId } = system.tenant

  function pairs<Row extends { viewerId: string; id: string }, Value>(
    statement: Statement<'companyId' | 'viewerIds' | 'ids', Row>,
    read: (row: Row) => Value,
  ) {
    const file = singleFile()
    return new DataLoader<Pair, Value | null, string>(
      file.batch(async (keys) => {
        const viewerIds = keys.map(({ userId }) => userId)
        const rows = await system.query(statement, { companyId, viewerIds, ids: keys.map(({ id }) => id) })
        const found = new Map(rows.map((row) => [keyOf({ userId: row.viewerId, id: row.id }), read(row)]))
        return keys.map((key) => found.get(keyOf(key)) ?? null)
      }),
      { cacheKeyFn: keyOf, batchScheduleFn: file.schedule },
    )
  }

  const userFile = singleFile()
  const readUsers = userFile.batch(async (ids: readonly string[]) => {
    const rows = await system.query(usersById, { companyId, ids })
    const found = new Map(rows.map((row) => [row.id, row]))
    return ids.map((id) => found.get(id) ?? null)
  })
  const users = new DataLoader<string, UserRow | null>(readUsers, { batchScheduleFn: userFile.schedule })
  const unreadFile = singleFile()
  const readUnread = unreadFile.batch(async (ids: readonly string[]) => {
    const rows = await system.query(unreadByKind, { companyId, ids })
    const found = new Map<string, UnreadRow[]>(ids.map((id) => [id, []]))
    for (const row of rows) found.get(row.userId)?.push(row)
    return ids.map((id) => found.get(id) ?? [])
  })
  const unread = new DataLoader<string, UnreadRow[]>(readUnread, { batchScheduleFn: unreadFile.schedule })
  const conversations = pairs(conversationsOfViewers, ({ viewerId: _viewer, ...row }) =>
    readConversation(row),
  )
  const versions = pairs(messageVersionsOfViewers, ({ viewerId: _viewer, ...row }): MessageVersion => row)

  const actions = pairs(unrefusedActionsOfViewers, (row): MessageAction[] => row.actions)

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

/** Runs one statement at a time. All requests that arrive meanwhile form the next statement. */
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
