import type { Services } from '../context.ts'
import { createLiveHub } from '../events/hub.ts'
import { openPolicy } from '../policy/ask-policy.ts'
import { createDecisions } from '../policy/decisions.ts'
import { createPolicy, type Policy } from '../policy/policy.ts'
import { createPresence } from '../presence/presence.ts'
import { createNotifications } from '../pubsub/create-notifications.ts'
import { createEphemeralChannel } from '../pubsub/ephemeral.ts'
import type { Notifications } from '../pubsub/notifications.ts'
import { createTyping } from '../typing/typing.ts'
import type { Storage } from './open-storage.ts'
import type { Opening } from './opening.ts'

/** The services that tell people live, with the notifications that they use and the policy that bounds them. */
export interface Delivery extends Pick<Services, 'policy' | 'live' | 'presence' | 'typing'> {
  notifications: Notifications
}

/** Opens delivery. Throws StartupProblem if the policy cannot be loaded. */
export async function openDelivery(
  opening: Opening,
  { database, redis, traces }: Storage,
): Promise<Delivery> {
  const { log, options, undo } = opening
  const notifications = createNotifications({ log, redis })
  const policy = await openConfiguredPolicy(opening)
  const live = createLiveHub({ database, notifications, log, policy, traces })
  undo.push(() => live.close())
  const channel = createEphemeralChannel(notifications)
  const typing = createTyping({ database, channel, log, policy })
  const presence = createPresence({ database, channel, log, redis, clock: options.presenceClock })
  undo.push(async () => presence.close())
  return { notifications, policy, live, presence, typing }
}

async function openConfiguredPolicy({ environment, log, options }: Opening): Promise<Policy | undefined> {
  if (!environment.policy) return undefined
  const times = options.policyTimes
  return createPolicy(createDecisions(await openPolicy(environment.policy), log, times), times)
}
