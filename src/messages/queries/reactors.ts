import type { Context } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import type { UserRow } from '../../database/prisma-types.ts'
import type { ReactionRow } from '../../loaders.ts'
import { person } from '../../members/queries/people.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { seenBy } from '../../visibility/visibility.ts'

interface ReactorRow {
  userId: string
  at: Date
}

/** People by the time of their reaction: $1 company, $2 viewer, $3 message, $4 emoji, $5 $6 after this time and person, $7 most rows. */
const reactorsOf: Statement = {
  name: 'reactors_of',
  text: `select r.user_id as "userId", r.created_at as at
    from reactions r join messages m on m.company_id = r.company_id and m.id = r.message_id ${seenBy()}
    where r.company_id = $1 and r.message_id = $3 and r.emoji = $4 and r.is_on and m.state = 'POSTED'
      and ($5::timestamptz is null or (r.created_at, r.user_id) > ($5::timestamptz, $6::uuid))
    order by r.created_at, r.user_id limit $7`,
}

/** Returns a page of the people who reacted to a message with one emoji. */
export async function reactorPage(
  context: Context,
  { messageId, emoji }: ReactionRow,
  args: ForwardArgs,
): Promise<Page<UserRow>> {
  const { tenant, viewer } = context
  const page = await forwardPage<ReactorRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ at, userId }) => [at.toISOString(), userId],
    nodeOf: (row) => row,
    read: ([at, userId], max) =>
      tenant.query(reactorsOf, [viewer.companyId, viewer.userId, messageId, emoji, at, userId, max]),
  })
  const edges = await Promise.all(
    page.edges.map(async ({ cursor, node }) => ({ cursor, node: await person(context, node.userId) })),
  )
  return { ...page, edges }
}
