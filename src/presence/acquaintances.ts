import type { Statement, TenantDatabase } from '../database/database.ts'

/**
 * Who of some people shares a conversation with whom of many, by stored memberships: a company-wide conversation makes nobody
 * acquainted, nor does a direct one before its first message. $1 company, $2 some, $3 many, $4 most rows. The `offset 0`
 * keep the planner, whose plan for the average company serves the large one too, from looking through everybody's memberships.
 */
function acquaintancesWith(others: string): string {
  return `select distinct p.user_id as "oneId", q.user_id as "otherId"
    from unnest($2::uuid[]) one (id)
    cross join lateral (
      select p.conversation_id, p.user_id from participants p
      where p.company_id = $1 and p.user_id = one.id and p.left_at is null offset 0
    ) p
    cross join lateral (
      select c.id from conversations c where c.company_id = $1 and c.id = p.conversation_id
        and c.audience <> 'COMPANY' and (c.kind <> 'DIRECT' or c.last_seq > 0) offset 0
    ) c
    ${others}
    where q.user_id <> p.user_id limit $4`
}

/** Looks each of the others up in each conversation. */
const acquaintances: Statement = {
  name: 'acquaintances',
  text: acquaintancesWith(`cross join lateral (
      select q.user_id from participants q where q.company_id = $1 and q.conversation_id = c.id
        and q.user_id = any($3) and q.left_at is null offset 0
    ) q`),
}

/** Reads who is in each conversation, where that is less than looking so many up; `is true` has them hashed. */
const acquaintancesOfMany: Statement = {
  name: 'acquaintances_of_many',
  text: acquaintancesWith(`cross join lateral (
      select q.user_id from participants q where q.company_id = $1 and q.conversation_id = c.id
        and (q.user_id in (select other.id from unnest($3::uuid[]) other (id))) is true and q.left_at is null offset 0
    ) q`),
}

/** More than most conversations have people. */
const MANY = 100

/** Finds whom of the people each viewer shares a conversation with, at most `most` pairs. */
export async function acquaintancesAmong(
  database: TenantDatabase,
  viewerIds: readonly string[],
  userIds: readonly string[],
  max: number | null,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const known = new Map<string, Set<string>>()
  if (viewerIds.length === 0 || userIds.length === 0) return known
  // Whoever knows is known: it is read from the side of the fewer.
  const isOfViewers = viewerIds.length <= userIds.length
  const [some, many] = isOfViewers ? [viewerIds, userIds] : [userIds, viewerIds]
  const statement = many.length > MANY ? acquaintancesOfMany : acquaintances
  const rows = await database.query<{ oneId: string; otherId: string }>(statement, [
    database.tenant.companyId,
    some,
    many,
    max,
  ])
  for (const { oneId, otherId } of rows) {
    const [viewerId, userId] = isOfViewers ? [oneId, otherId] : [otherId, oneId]
    known.set(viewerId, (known.get(viewerId) ?? new Set()).add(userId))
  }
  return known
}
