import type { Statement, TenantDatabase } from '../database/database.ts'

/**
 * Who of some viewers shares a conversation with whom of some people, by stored places: a company-wide conversation makes
 * nobody acquainted, nor does a direct one before its first message. $1 company, $2 viewers, $3 people, $4 most rows.
 */
const acquaintances: Statement = {
  name: 'acquaintances',
  text: `select distinct p.user_id as "viewerId", q.user_id as "userId"
    from participants q
    join conversations c on c.company_id = q.company_id and c.id = q.conversation_id
      and c.audience <> 'COMPANY' and (c.kind <> 'DIRECT' or c.last_seq > 0)
    join participants p on p.company_id = q.company_id and p.conversation_id = q.conversation_id
      and p.user_id = any($2) and p.left_at is null and p.user_id <> q.user_id
    where q.company_id = $1 and q.user_id = any($3) and q.left_at is null
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
  const rows = await database.query<{ viewerId: string; userId: string }>(acquaintances, [
    database.tenant.companyId,
    viewerIds,
    userIds,
    most,
  ])
  for (const { viewerId, userId } of rows) {
    known.set(viewerId, (known.get(viewerId) ?? new Set()).add(userId))
  }
  return known
}
