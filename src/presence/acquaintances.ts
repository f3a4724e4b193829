import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { fence, statement } from '../database/statement.ts'
import { knownToAllSql } from '../visibility/visibility.ts'

/**
 * Pairs of people who share a conversation, one from `:someIds` and one from the others. Stored memberships count: a company-wide
 * conversation makes nobody acquainted, nor does a direct one without a message. The fences keep the planner from reading
 * all memberships of the company.
 */
function acquaintancesWith(others: string): string {
  return `select distinct p.user_id as "oneId", q.user_id as "otherId"
    from unnest(:someIds::uuid[]) one (id)
    cross join lateral (
      select p.conversation_id, p.user_id from participants p
      where p.company_id = :companyId and p.user_id = one.id and p.left_at is null ${fence}
    ) p
    cross join lateral (
      select c.id from conversations c where c.company_id = :companyId and c.id = p.conversation_id
        and c.audience <> 'COMPANY' and ${knownToAllSql} ${fence}
    ) c
    ${others}
    where q.user_id <> p.user_id limit :max`
}

/** Looks each of the others up in each conversation. */
const acquaintances = statement({
  name: 'acquaintances',
  parameters: ['companyId', 'someIds', 'manyIds', 'max'],
  row: rowsOf<{ oneId: string; otherId: string }>(),
  text: acquaintancesWith(`cross join lateral (
      select q.user_id from participants q where q.company_id = :companyId and q.conversation_id = c.id
        and q.user_id = any(:manyIds) and q.left_at is null ${fence}
    ) q`),
})

/** Reads all participants of each conversation, which costs less than looking many people up. `is true` makes the planner hash them. */
const acquaintancesOfMany = statement({
  name: 'acquaintances_of_many',
  parameters: ['companyId', 'someIds', 'manyIds', 'max'],
  row: rowsOf<{ oneId: string; otherId: string }>(),
  text: acquaintancesWith(`cross join lateral (
      select q.user_id from participants q where q.company_id = :companyId and q.conversation_id = c.id
        and (q.user_id in (select other.id from unnest(:manyIds::uuid[]) other (id))) is true and q.left_at is null ${fence}
    ) q`),
})

/** From this number of people on, whole conversations are read. Most conversations have fewer participants. */
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
  // Sharing a conversation is symmetric, so the search starts from the shorter list.
  const isOfViewers = viewerIds.length <= userIds.length
  const [someIds, manyIds] = isOfViewers ? [viewerIds, userIds] : [userIds, viewerIds]
  const statement = manyIds.length > MANY ? acquaintancesOfMany : acquaintances
  const rows = await database.query(statement, {
    companyId: database.tenant.companyId,
    someIds,
    manyIds,
    max,
  })
  for (const { oneId, otherId } of rows) {
    const [viewerId, userId] = isOfViewers ? [oneId, otherId] : [otherId, oneId]
    known.set(viewerId, (known.get(viewerId) ?? new Set()).add(userId))
  }
  return known
}
