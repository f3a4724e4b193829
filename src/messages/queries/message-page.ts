import type { Context } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import { RequestError } from '../../errors.ts'
import {
  type ForwardArgs,
  forwardPage,
  keyCursor,
  type Page,
  pageOf,
  pageSize,
  readKeyCursor,
} from '../../page.ts'
import {
  type MessageRow,
  messagesDownwards,
  messagesUpwards,
  repliesAfter,
  sentBefore,
  subtreeAfter,
} from '../message-row.ts'

/** How to page through a conversation. */
export interface MessagePageArgs extends ForwardArgs {
  aroundSeq?: number | null | undefined
}

interface Range {
  /** Above this sequence. */
  after: number
  /** Below this sequence. */
  before: number
}

const END = 2 ** 31 - 1

/**
 * A page of a conversation, always in chronological order: `first`/`after` upwards, `last`/`before` downwards, the
 * latest unless anything is asked for, or around a sequence.
 */
export async function messagePage(
  context: Context,
  conversation: ConversationRow,
  args: MessagePageArgs,
): Promise<Page<MessageRow>> {
  if (!conversation.isReadable) return pageOf<MessageRow>([], { hasNextPage: false, hasPreviousPage: false })
  if (args.first != null && args.last != null)
    throw new RequestError('BAD_USER_INPUT', 'Use either `first` or `last`.')
  const { id, lastSeq } = conversation
  if (args.aroundSeq != null) return aroundPage(context, conversation, args)
  const range = { after: seqOf(args.after) ?? 0, before: seqOf(args.before) ?? END }
  const downwards = args.last != null || (args.first == null && args.after == null)
  if (downwards) {
    const size = pageSize(args.last, 'last')
    const rows = await below(context, id, range, size + 1)
    const page = rows.slice(0, size).reverse()
    return connect(page, {
      hasPreviousPage: rows.length > size || (range.after > 0 && lastSeq > 0),
      hasNextPage: range.before <= lastSeq,
    })
  }
  const size = pageSize(args.first)
  const rows = await above(context, id, range, size + 1)
  return connect(rows.slice(0, size), {
    hasPreviousPage: range.after > 0 && lastSeq > 0,
    hasNextPage: rows.length > size || range.before <= lastSeq,
  })
}

async function aroundPage(
  context: Context,
  { id }: ConversationRow,
  args: MessagePageArgs,
): Promise<Page<MessageRow>> {
  if (args.after != null || args.before != null || args.last != null) {
    throw new RequestError('BAD_USER_INPUT', '`aroundSeq` goes with `first` alone.')
  }
  const size = pageSize(args.first)
  // Outside of the conversation it is the nearest end.
  const seq = Math.max(1, args.aroundSeq ?? 1)
  const older = Math.floor(size / 2)
  const [earlier, later] = await Promise.all([
    below(context, id, { after: 0, before: seq }, size + 1),
    above(context, id, { after: seq - 1, before: END }, size + 1),
  ])
  // Near an end of the conversation the other side fills the page.
  const takeEarlier = Math.min(earlier.length, Math.max(older, size - later.length))
  const takeLater = Math.min(later.length, size - takeEarlier)
  const page = [...earlier.slice(0, takeEarlier).reverse(), ...later.slice(0, takeLater)]
  return connect(page, {
    hasPreviousPage: earlier.length > takeEarlier,
    hasNextPage: later.length > takeLater,
  })
}

/** How to page through replies. */
export interface ReplyPageArgs extends ForwardArgs {
  /** All levels below the message, not the next one alone. */
  subtree?: boolean | null | undefined
}

/** Replies to one message, in order; first pages of several messages are one statement together. */
export function replyPage(
  { tenant, viewer, loaders }: Context,
  parentId: string,
  args: ReplyPageArgs,
): Promise<Page<MessageRow>> {
  return forwardPage<MessageRow>(args, {
    key: ['seq'],
    keyOf: (row) => [String(row.seq)],
    nodeOf: (row) => row,
    read([seq], max) {
      if (seq == null && !args.subtree) return loaders.replies.load({ parentId, max })
      const values = [viewer.companyId, viewer.userId, parentId, Number(seq ?? 0), max]
      return tenant.query(args.subtree ? subtreeAfter : repliesAfter, values)
    },
  })
}

/** What the viewer has sent, latest first. */
export function sentPage({ tenant, viewer }: Context, args: ForwardArgs): Promise<Page<MessageRow>> {
  return forwardPage<MessageRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: (row) => [row.createdAt.toISOString(), row.id],
    nodeOf: (row) => row,
    read: ([at, id], max) => tenant.query(sentBefore, [viewer.companyId, viewer.userId, at, id, max]),
  })
}

function above({ tenant, viewer }: Context, id: string, { after, before }: Range, max: number) {
  return tenant.query<MessageRow>(messagesUpwards, [
    viewer.companyId,
    viewer.userId,
    id,
    after,
    before - 1,
    max,
  ])
}

function below({ tenant, viewer }: Context, id: string, { after, before }: Range, max: number) {
  return tenant.query<MessageRow>(messagesDownwards, [
    viewer.companyId,
    viewer.userId,
    id,
    after + 1,
    before,
    max,
  ])
}

function seqOf(cursor: string | null | undefined): number | undefined {
  return cursor == null ? undefined : Number(readKeyCursor(cursor, ['seq'])[0])
}

function connect(
  rows: MessageRow[],
  more: { hasNextPage: boolean; hasPreviousPage: boolean },
): Page<MessageRow> {
  return pageOf(
    rows.map((node) => ({ cursor: keyCursor([String(node.seq)]), node })),
    more,
  )
}
