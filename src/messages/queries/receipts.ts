import type { Context } from '../../context.ts'
import { column, columns, type RowOf } from '../../database/columns.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { inBothViews, seenIn, viewOf } from '../../visibility/views.ts'
import { forbiddenTo } from '../../visibility/visibility.ts'
import type { MessageRow } from '../message-row.ts'

/** The receipt of one person for a message. */
export type ReceiptRow = RowOf<typeof receiptColumns>

const receiptColumns = columns({
  userId: column.uuid,
  deliveredAt: column.instant.orNull.from('least(d.at, r.at)'),
  readAt: column.instant.orNull.from('r.at'),
  movedAt: column.instant.from('coalesce(r.at, d.at)'),
})

/**
 * Recipients who have received or read a message, latest first, by one statement: the log of mark changes gives each
 * person's first mark at or past it. Receipts of a broadcast are shown to its author and to auditors only.
 */
const receiptsOf = inBothViews({
  name: 'receipts_of',
  parameters: ['companyId', 'viewerId', 'messageId', 'beforeAt', 'beforeUserId', 'max'],
  row: receiptColumns,
  text: (view) => `select moved.*
    from (
      select ${receiptColumns.of('p')}
      from messages m ${seenIn(view)}
      join conversations c on c.company_id = m.company_id and c.id = m.conversation_id
        and ${view === 'audited' ? 'true' : `(c.kind <> 'BROADCAST' or c.created_by_id = :viewerId)`}
      join participants p on p.company_id = m.company_id and p.conversation_id = m.conversation_id
        and p.left_at is null and p.user_id <> m.author_id and p.last_delivered_seq >= m.seq
        and not ${forbiddenTo('p.user_id')}
      left join lateral (
        select min(x.at) as at from receipts x where x.company_id = p.company_id and x.conversation_id = p.conversation_id
          and x.user_id = p.user_id and x.status = 'READ' and x.up_to_seq >= m.seq
      ) r on p.last_read_seq >= m.seq
      left join lateral (
        select min(x.at) as at from receipts x where x.company_id = p.company_id and x.conversation_id = p.conversation_id
          and x.user_id = p.user_id and x.status = 'DELIVERED' and x.up_to_seq >= m.seq
      ) d on true
      where m.company_id = :companyId and m.id = :messageId
    ) moved
    where "movedAt" is not null
      and (:beforeAt::timestamptz is null or ("movedAt", "userId") < (:beforeAt::timestamptz, :beforeUserId::uuid))
    order by "movedAt" desc, "userId" desc limit :max`,
})

/** Returns a page of a message's receipts. */
export function receiptPage(
  { tenant, viewer }: Context,
  message: MessageRow,
  args: ForwardArgs,
): Promise<Page<ReceiptRow>> {
  return forwardPage<ReceiptRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: (row) => [row.movedAt.toISOString(), row.userId],
    nodeOf: (row) => row,
    read: ([at, userId], max) =>
      message.seq === null
        ? Promise.resolve([])
        : tenant.query(receiptsOf[viewOf(message)], {
            companyId: viewer.companyId,
            viewerId: viewer.userId,
            messageId: message.id,
            beforeAt: at,
            beforeUserId: userId,
            max,
          }),
  })
}
