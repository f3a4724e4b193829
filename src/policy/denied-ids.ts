import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from './policy.ts'
import { conversationsOfCases, conversationsOfMessages } from './policy-facts.ts'
import type { PolicyInput } from './policy-input.ts'

/** Ids of things that are in a conversation, or are one. */
export interface PolicedIds {
  conversations?: readonly string[]
  messages?: readonly string[]
  /** Cases of moderation. */
  cases?: readonly string[]
}

/**
 * Returns those of the ids that are of conversations that the policy denies the person, or of messages or cases in one. None without
 * a policy.
 */
export async function deniedIds(
  policy: Policy | undefined,
  tenant: TenantDatabase,
  userId: string,
  { conversations = [], messages = [], cases = [] }: PolicedIds,
  action: PolicyInput['action'] = 'read',
): Promise<ReadonlySet<string>> {
  if (!policy) return new Set()
  const { companyId } = tenant.tenant
  const found = [
    ...(messages.length === 0
      ? []
      : await tenant.query(conversationsOfMessages, { companyId, ids: messages })),
    ...(cases.length === 0 ? [] : await tenant.query(conversationsOfCases, { companyId, ids: cases })),
  ]
  const pairs = [
    ...conversations.map((id) => ({ id, conversationId: id, userId })),
    ...found.map(({ id, conversationId }) => ({ id, conversationId, userId })),
  ]
  return new Set([...(await policy.denied(tenant, pairs, action))].map(({ id }) => id))
}
