import type { Statement, TenantDatabase } from '../database/database.ts'

/**
 * Who of some people shares a conversation with whom of many, by stored places: a company-wide conversation makes nobody
 * acquainted, nor does a direct one before its first message. $1 company, $2 some, $3 many, $4 most rows. Each place by
 * itself: for an average company the planner would look through everybody's, and for a large one as well.
 */
const acquaintances: Statement = {
  name: 'acquaintances',
  text: `select distinct p.user_id as "oneId", q.user_id as "otherId"
    from unnest($2::uuid[]) one (id)
    cross join lateral (
      select p.conversation_id, p.user_id from participants p
      where p.company_id = $1 and p.user_id = one.id and p.left_at is null offset 0
    ) p
    cross join lateral (
      select c.id from conversations c where c.company_id = $1 and c.id = p.conversation_id
        and c.audience <> 'COMPANY' and (c.kind <> 'DIRECT' or c.last_seq > 0) offset 0
    ) c
    cross join lateral (
      select q.user_id from participants q where q.company_id = $1 and q.conversation_id = c.id
        and q.user_id = any($3) and q.left_at is null and q.user_id <> p.user_id offset 0
    ) q
    limit $4`,
}

/** Finds whom of the people each viewer shares a conversation with, at most `most` pairs. */
export async function acquaintancesAmong(
  database: TenantDatabase,
  viewerIds: readonly string[],
  userIds: readonly string[],
  most: number | null,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const known = new Map<string, Set<string>>()
  if (viewerIds.length === 0 || userIds.length === 0) return known
  // Whoever knows is known: it is read from the side of the fewer.
  const isOfViewers = viewerIds.length <= userIds.length
  const [some, many] = isOfViewers ? [viewerIds, userIds] : [userIds, viewerIds]
  const rows = await database.query<{ oneId: string; otherId: string }>(acquaintances, [
    database.tenant.companyId,
    some,
    many,
    most,
  ])
  for (const { oneId, otherId } of rows) {
    const [viewerId, userId] = isOfViewers ? [oneId, otherId] : [otherId, oneId]
    known.set(viewerId, (known.get(viewerId) ?? new Set()).add(userId))
  }
  return known
}
