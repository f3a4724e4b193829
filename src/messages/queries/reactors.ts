import type { Context } from '../../context.ts'
import { column, columns, type RowOf } from '../../database/columns.ts'
import type { UserRow } from '../../database/prisma-types.ts'
import { person } from '../../members/queries/people.ts'
import type { ReactionRow } from '../../messages/message-row.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { inBothViews, seenIn, viewOf } from '../../visibility/views.ts'

type ReactorRow = RowOf<typeof reactorColumns>

const reactorColumns = columns({ userId: column.uuid, at: column.instant.from('r.created_at') })

/** People by the time of their reaction, after this time and person. */
const reactorsOf = inBothViews({
  name: 'reactors_of',
  parameters: ['companyId', 'viewerId', 'messageId', 'emoji', 'afterAt', 'afterUserId', 'max'],
  row: reactorColumns,
  text: (view) => `select ${reactorColumns.of('r')}
    from reactions r join messages m on m.company_id = r.company_id and m.id = r.message_id ${seenIn(view)}
    where r.company_id = :companyId and r.message_id = :messageId and r.emoji = :emoji and r.is_on and m.state = 'POSTED'
      and (:afterAt::timestamptz is null or (r.created_at, r.user_id) > (:afterAt::timestamptz, :afterUserId::uuid))
    order by r.created_at, r.user_id limit :max`,
})

/** Returns a page of the people who reacted to a message with one emoji. */
export async function reactorPage(
  context: Context,
  { messageId, emoji, ...reaction }: ReactionRow,
  args: ForwardArgs,
): Promise<Page<UserRow>> {
  const { tenant, viewer } = context
  const page = await forwardPage<ReactorRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ at, userId }) => [at.toISOString(), userId],
    nodeOf: (row) => row,
    read: ([at, userId], max) =>
      tenant.query(reactorsOf[viewOf(reaction)], {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        messageId,
        emoji,
        afterAt: at,
        afterUserId: userId,
        max,
      }),
  })
  const edges = await Promise.all(
    page.edges.map(async ({ cursor, node }) => ({ cursor, node: await person(context, node.userId) })),
  )
  return { ...page, edges }
}
