import DataLoader from 'dataloader'
import { batched, groupBy, type Reads, rowById, rowsByKey, valuesOf } from '../database/batched-reads.ts'
import { inView } from '../visibility/views.ts'
import { peopleShown, rulesOfMessages } from './access-row.ts'
import { unrefusedActions } from './message-actions.ts'
import {
  firstReplies,
  type MessageRow,
  mentionsOf,
  messagesById,
  messageVersions,
  reactionsOf,
  replyCounts,
} from './message-row.ts'

const messageOf = ({ messageId }: { messageId: string }) => messageId

/** Batched reads of messages and of what hangs on them. */
export const messageLoaders = {
  /** Null unless the viewer may see it. */
  message: (reads: Reads) => rowById(reads, { statement: messagesById }),
  /** Null unless the viewer may see it. */
  messageVersion: (reads: Reads) => rowById(reads, { statement: messageVersions, ofMessages: true }),
  /** The actions that nothing about a message refuses to the viewer. */
  messageActions: (reads: Reads) =>
    batched(reads, {
      statement: unrefusedActions,
      keyOf: ({ id }) => id,
      valueFrom: ([row]) => row?.actions ?? [],
      ofMessages: true,
    }),
  replyCount: (reads: Reads) =>
    batched(reads, {
      statement: replyCounts,
      keyOf: ({ parentId }) => parentId,
      valueFrom: ([row]) => row?.count ?? 0,
      ofMessages: true,
    }),
  /** The first so many replies to a message. */
  replies: (reads: Reads) =>
    new DataLoader((keys: readonly RepliesKey[]) => loadReplies(reads, keys), { cache: false }),
  mentions: (reads: Reads) =>
    batched(reads, {
      statement: mentionsOf,
      keyOf: messageOf,
      valueFrom: (rows) => rows.map(({ userId }) => userId),
      ofMessages: true,
    }),
  /** For those who may know the rules: the caller decides. */
  accessRules: (reads: Reads) => rowsByKey(reads, { statement: rulesOfMessages, keyOf: messageOf }),
  /** The people whom access rules let see a message. */
  peopleShown: (reads: Reads) =>
    batched(reads, {
      statement: peopleShown,
      keyOf: messageOf,
      valueFrom: ([row]) => row?.userIds ?? [],
    }),
  reactions: (reads: Reads) =>
    rowsByKey(reads, { statement: reactionsOf, keyOf: messageOf, ofMessages: true }),
}

interface RepliesKey {
  parentId: string
  max: number
}

/** Messages of one page ask for as many replies each; another number takes another statement. */
async function loadReplies(reads: Reads, keys: readonly RepliesKey[]): Promise<MessageRow[][]> {
  const rows = new Map<string, MessageRow[]>()
  for (const [max, alike] of groupBy(keys, (key) => String(key.max))) {
    const parents = alike.map(({ parentId }) => parentId)
    const values = { ...valuesOf(reads, parents), max: Number(max) }
    const found = inView(reads.view, await reads.tenant.query(firstReplies[reads.view], values))
    for (const [parentId, replies] of groupBy(found, (row) => String(row.parentId))) {
      rows.set(`${max} ${parentId}`, replies)
    }
  }
  return keys.map(({ parentId, max }) => rows.get(`${max} ${parentId}`) ?? [])
}
