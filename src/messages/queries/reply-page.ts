import type { Context } from '../../context.ts'
import { loadersFor } from '../../loaders.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { inView, viewOf } from '../../visibility/views.ts'
import { type MessageRow, repliesAfter, subtreeAfter } from '../message-row.ts'
import { recorded } from './record-audited-read.ts'

/** The paging arguments of replies. */
export interface ReplyPageArgs extends ForwardArgs {
  /** Includes replies to replies. */
  subtree?: boolean | null | undefined
}

/** Returns a page of replies to one message. First pages of several messages are read by one statement. */
export async function replyPage(
  context: Context,
  message: MessageRow,
  args: ReplyPageArgs,
): Promise<Page<MessageRow>> {
  const { tenant, viewer, loaders } = context
  const { id: parentId, view } = message
  const page = await forwardPage<MessageRow>(args, {
    key: ['seq'],
    keyOf: (row) => [String(row.seq)],
    nodeOf: (row) => row,
    async read([seq], max) {
      if (seq == null && !args.subtree) return loadersFor(loaders, message).replies.load({ parentId, max })
      const values = {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        parentId,
        above: Number(seq ?? 0),
        max,
      }
      const statement = (args.subtree ? subtreeAfter : repliesAfter)[viewOf(message)]
      return inView(view, await tenant.query(statement, values))
    },
  })
  return recorded(context, message, page, ({ edges }) => ({
    part: 'replies',
    messageId: parentId,
    count: edges.length,
  }))
}
