import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from '../policy/policy.ts'
import { conversationsOfCases } from '../policy/policy-facts.ts'
import type { PolicyInput } from '../policy/policy-input.ts'
import type { LiveEvent } from './event-row.ts'

/**
 * Takes from events the people whom the policy denies their conversation, as if they could not read it, and from those of cases the
 * moderators whom it denies that of the message. `system` is bound to the company.
 */
export async function policeEvents(
  policy: Policy,
  system: TenantDatabase,
  events: readonly LiveEvent[],
): Promise<void> {
  await takeDenied(policy, system, events, {
    action: 'read',
    placeOf: ({ conversationId }) => conversationId,
  })
  const ids = [...new Set(events.flatMap(({ caseId }) => caseId ?? []))]
  if (ids.length === 0) return
  const rows = await system.query(conversationsOfCases, { companyId: system.tenant.companyId, ids })
  const places = new Map(rows.map(({ id, conversationId }) => [id, conversationId]))
  const placeOf = ({ caseId }: LiveEvent) => places.get(caseId ?? '') ?? null
  await takeDenied(policy, system, events, { action: 'moderate', placeOf })
}

async function takeDenied(
  policy: Policy,
  system: TenantDatabase,
  events: readonly LiveEvent[],
  { action, placeOf }: { action: PolicyInput['action']; placeOf(event: LiveEvent): string | null },
): Promise<void> {
  const pairs = new Map<string, { conversationId: string; userId: string }>()
  for (const event of events) {
    const conversationId = placeOf(event)
    if (conversationId === null) continue
    for (const userId of event.visibleTo) pairs.set(`${conversationId} ${userId}`, { conversationId, userId })
  }
  if (pairs.size === 0) return
  const denied = await policy.denied(system, [...pairs.values()], action)
  if (denied.size === 0) return
  for (const event of events) {
    const allowed = (userId: string) => {
      const pair = pairs.get(`${placeOf(event)} ${userId}`)
      return pair === undefined || !denied.has(pair)
    }
    event.visibleTo = new Set([...event.visibleTo].filter(allowed))
    event.memberIds = new Set([...event.memberIds].filter(allowed))
  }
}
