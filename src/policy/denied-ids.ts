import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from './policy.ts'
import { conversationsOfMessages } from './policy-facts.ts'

/** Returns those of the ids that are of conversations that the policy denies the person, or of messages in one. */
export async function deniedIds(
  policy: Policy,
  tenant: TenantDatabase,
  userId: string,
  { conversations, messages }: { conversations: readonly string[]; messages: readonly string[] },
): Promise<ReadonlySet<string>> {
  const { companyId } = tenant.tenant
  const places =
    messages.length === 0 ? [] : await tenant.query(conversationsOfMessages, { companyId, ids: messages })
  const pairs = [
    ...conversations.map((id) => ({ id, conversationId: id, userId })),
    ...places.map(({ id, conversationId }) => ({ id, conversationId, userId })),
  ]
  return new Set([...(await policy.denied(tenant, pairs))].map(({ id }) => id))
}
