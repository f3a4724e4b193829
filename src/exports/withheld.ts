import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from '../policy/policy.ts'

/** Conversations that the policy is asked about at once: fewer than have to wait for one another. */
const MAX_ASKED = 25

/**
 * Returns those of the conversations that the operator's policy does not let the person audit, so that no export holds them. Throws
 * if the policy fails: an export that lacks something for it would look whole.
 */
export async function withheldFrom(
  policy: Policy,
  tenant: TenantDatabase,
  userId: string,
  conversationIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const withheld = new Set<string>()
  for (let at = 0; at < conversationIds.length; at += MAX_ASKED) {
    const pairs = conversationIds
      .slice(at, at + MAX_ASKED)
      .map((conversationId) => ({ conversationId, userId }))
    for (const pair of await policy.decidedAgainst(tenant, pairs, 'audit')) withheld.add(pair.conversationId)
  }
  return withheld
}
