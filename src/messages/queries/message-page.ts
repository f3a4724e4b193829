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
import { inView } from '../../visibility/views.ts'
import { auditedDownwards, auditedUpwards } from '../audited-messages.ts'
import {
  conversationWithMessages,
  type MessageRow,
  messagesDownwards,
  messagesUpwards,
  sentBefore,
} from '../message-row.ts'
import { recorded } from './record-audited-read.ts'

/** The paging arguments of a conversation's messages. */
export interface MessagePageArgs extends ForwardArgs {
  aroundSeq?: number | null | undefined
}

interface Range {
  /** Only messages with a higher sequence number. */
  after: number
  /** Only messages with a lower sequence number. */
  before: number
}

const END = 2 ** 31 - 1

/**
 * Returns a page of a conversation in chronological order: `first` and `after` page towards newer messages, `last` and
 * `before` towards older ones, `aroundSeq` around one. Without arguments it is the latest page.
 */
export async function messagePage(
  context: Context,
  conversation: ConversationRow,
  args: MessagePageArgs,
): Promise<Page<MessageRow>> {
  const { id: conversationId, view } = conversation
  const page = await readPage(context, conversation, args)
  return recorded(context, { conversationId, view }, page, ({ edges }) => ({
    part: 'messages',
    fromSeq: edges.at(0)?.node.seq ?? null,
    toSeq: edges.at(-1)?.node.seq ?? null,
    count: edges.length,
  }))
}

async function readPage(
  context: Context,
  conversation: ConversationRow,
  args: MessagePageArgs,
): Promise<Page<MessageRow>> {
  if (!conversation.isReadable) return pageOf<MessageRow>([], { hasNextPage: false, hasPreviousPage: false })
  if (args.first != null && args.last != null)
    throw new RequestError('BAD_USER_INPUT', 'Use either `first` or `last`.')
  const { lastSeq } = conversation
  if (args.aroundSeq != null) return aroundPage(context, conversation, args)
  const range = rangeOf(args)
  if (isDownwards(args)) {
    const size = pageSize(args.last, 'last')
    const rows = readAlready.get(conversation) ?? (await below(context, conversation, range, size + 1))
    const page = rows.slice(0, size).reverse()
    return connect(page, {
      hasPreviousPage: rows.length > size || (range.after > 0 && lastSeq > 0),
      hasNextPage: range.before <= lastSeq,
    })
  }
  const size = pageSize(args.first)
  const rows = await above(context, conversation, range, size + 1)
  return connect(rows.slice(0, size), {
    hasPreviousPage: range.after > 0 && lastSeq > 0,
    hasNextPage: rows.length > size || range.before <= lastSeq,
  })
}

/** The messages that were read with a conversation, for the one page that is asked of it. */
const readAlready = new WeakMap<ConversationRow, MessageRow[]>()

/**
 * A conversation of which nothing is asked but its id and one page of its messages: both in one statement if that page goes
 * downwards, as where a conversation is opened. Undefined if it does not, or if the page says what is wrong with it. Null
 * unless the viewer may see the conversation.
 */
export async function conversationWithPage(
  { tenant, viewer }: Context,
  id: string,
  args: MessagePageArgs,
): Promise<ConversationRow | null | undefined> {
  const page = downwardsPage(args)
  if (!page) return undefined
  const [first, ...others] = await tenant.query(conversationWithMessages, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    conversationId: id,
    from: page.after + 1,
    below: page.before,
    max: page.size + 1,
  })
  if (!first) return null
  // No other field is resolved of it.
  const conversation = { id, lastSeq: first.lastSeq, isReadable: first.isReadable } as ConversationRow
  readAlready.set(conversation, first.id ? [first, ...others] : [])
  return conversation
}

/** Undefined if the page goes another way, or says itself what is wrong with it. */
function downwardsPage(args: MessagePageArgs): (Range & { size: number }) | undefined {
  if (args.aroundSeq != null || args.first != null || !isDownwards(args)) return undefined
  try {
    return { ...rangeOf(args), size: pageSize(args.last, 'last') }
  } catch {
    return undefined
  }
}

function isDownwards({ first, last, after }: MessagePageArgs): boolean {
  return last != null || (first == null && after == null)
}

function rangeOf({ after, before }: MessagePageArgs): Range {
  return { after: seqOf(after) ?? 0, before: seqOf(before) ?? END }
}

async function aroundPage(
  context: Context,
  conversation: ConversationRow,
  args: MessagePageArgs,
): Promise<Page<MessageRow>> {
  if (args.after != null || args.before != null || args.last != null) {
    throw new RequestError('BAD_USER_INPUT', '`aroundSeq` goes with `first` alone.')
  }
  const size = pageSize(args.first)
  // A number outside of the conversation means its nearest end.
  const seq = Math.max(1, args.aroundSeq ?? 1)
  const older = Math.floor(size / 2)
  const [earlier, later] = await Promise.all([
    below(context, conversation, { after: 0, before: seq }, size + 1),
    above(context, conversation, { after: seq - 1, before: END }, size + 1),
  ])
  // If one side has too few messages, the other side fills the page.
  const takeEarlier = Math.min(earlier.length, Math.max(older, size - later.length))
  const takeLater = Math.min(later.length, size - takeEarlier)
  const page = [...earlier.slice(0, takeEarlier).reverse(), ...later.slice(0, takeLater)]
  return connect(page, {
    hasPreviousPage: earlier.length > takeEarlier,
    hasNextPage: later.length > takeLater,
  })
}

/** Returns a page of the messages that the viewer has sent, latest first. */
export function sentPage({ tenant, viewer }: Context, args: ForwardArgs): Promise<Page<MessageRow>> {
  return forwardPage<MessageRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: (row) => [row.createdAt.toISOString(), row.id],
    nodeOf: (row) => row,
    read: ([at, id], max) =>
      tenant.query(sentBefore, {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        beforeAt: at,
        beforeId: id,
        max,
      }),
  })
}

type ViewedConversation = Pick<ConversationRow, 'id' | 'view'>

async function above(
  context: Context,
  { id, view }: ViewedConversation,
  { after, before }: Range,
  max: number,
) {
  const { tenant, viewer } = context
  const values = {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    conversationId: id,
    above: after,
    upTo: before - 1,
    max,
  }
  return inView(view, await tenant.query(view === 'audited' ? auditedUpwards : messagesUpwards, values))
}

async function below(
  context: Context,
  { id, view }: ViewedConversation,
  { after, before }: Range,
  max: number,
) {
  const { tenant, viewer } = context
  const values = {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    conversationId: id,
    from: after + 1,
    below: before,
    max,
  }
  return inView(view, await tenant.query(view === 'audited' ? auditedDownwards : messagesDownwards, values))
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
