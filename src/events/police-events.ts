import type { TenantDatabase } from '../database/database.ts'
import type { Policy } from '../policy/policy.ts'
import type { LiveEvent } from './event-row.ts'

/**
 * Takes from events the people whom the policy denies their conversation, as if they could not read it. `system` is bound to
 * the company.
 */
export async function policeEvents(
  policy: Policy,
  system: TenantDatabase,
  events: readonly LiveEvent[],
): Promise<void> {
  const pairs = new Map<string, { conversationId: string; userId: string }>()
  for (const { conversationId, visibleTo } of events)
    if (conversationId !== null)
      for (const userId of visibleTo) pairs.set(`${conversationId} ${userId}`, { conversationId, userId })
  if (pairs.size === 0) return
  const denied = await policy.denied(system, [...pairs.values()])
  if (denied.size === 0) return
  for (const event of events) {
    const { conversationId } = event
    const allowed = (userId: string) => {
      const pair = pairs.get(`${conversationId} ${userId}`)
      return pair === undefined || !denied.has(pair)
    }
    event.visibleTo = new Set([...event.visibleTo].filter(allowed))
    event.memberIds = new Set([...event.memberIds].filter(allowed))
  }
}
