import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from '../policy/policy.ts'
import { conversationsOfCases } from '../policy/policy-facts.ts'
import type { PolicyInput } from '../policy/policy-input.ts'
import type { LiveEvent } from './event-row.ts'

/**
 * Removes people from the readers of an event if the policy denies them its conversation, as if they could not read it. From an event
 * of a moderation case it removes moderators to whom the policy denies the conversation of the message. `system` is bound to the company.
 */
export async function policeEvents(
  policy: Policy,
  system: TenantDatabase,
  events: readonly LiveEvent[],
): Promise<void> {
  await removeDenied(policy, system, events, {
    action: 'read',
    conversationOf: ({ conversationId }) => conversationId,
  })
  const ids = [...new Set(events.flatMap(({ caseId }) => caseId ?? []))]
  if (ids.length === 0) return
  const rows = await system.query(conversationsOfCases, { companyId: system.tenant.companyId, ids })
  const conversations = new Map(rows.map(({ id, conversationId }) => [id, conversationId]))
  const conversationOf = ({ caseId }: LiveEvent) => conversations.get(caseId ?? '') ?? null
  await removeDenied(policy, system, events, { action: 'moderate', conversationOf })
}

async function removeDenied(
  policy: Policy,
  system: TenantDatabase,
  events: readonly LiveEvent[],
  {
    action,
    conversationOf,
  }: { action: PolicyInput['action']; conversationOf(event: LiveEvent): string | null },
): Promise<void> {
  const pairs = new Map<string, { conversationId: string; userId: string }>()
  for (const event of events) {
    const conversationId = conversationOf(event)
    if (conversationId === null) continue
    for (const userId of event.visibleTo) pairs.set(`${conversationId} ${userId}`, { conversationId, userId })
  }
  if (pairs.size === 0) return
  const denied = await policy.denied(system, [...pairs.values()], action)
  if (denied.size === 0) return
  for (const event of events) {
    const allowed = (userId: string) => {
      const pair = pairs.get(`${conversationOf(event)} ${userId}`)
      return pair === undefined || !denied.has(pair)
    }
    event.visibleTo = new Set([...event.visibleTo].filter(allowed))
    event.memberIds = new Set([...event.memberIds].filter(allowed))
  }
}
