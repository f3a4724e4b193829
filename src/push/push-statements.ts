import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** Messages that are to be pushed to a browser, of one conversation, latest first. Endpoint and keys are ciphertext. */
export interface ClaimedPush {
  subscriptionId: string
  userId: string
  sealed: Buffer
  conversationId: string
  messageIds: string[]
  unreadCount: number
}

/** Registers a browser; app.register_push says how. */
export const registerPush = statement({
  name: 'register_push',
  parameters: ['userId', 'id', 'endpointHash', 'sealed', 'max'],
  row: rowsOf<{ isRegistered: boolean }>(),
  text: 'select app.register_push(:userId, :id, :endpointHash, :sealed, :max) as "isRegistered"',
})

/** Removes a browser of a person. */
export const removePush = statement({
  name: 'remove_push',
  parameters: ['companyId', 'userId', 'endpointHash'],
  row: rowsOf<{ id: string }>(),
  text: `delete from push_subscriptions s
    where s.company_id = :companyId and s.user_id = :userId and s.endpoint_hash = :endpointHash returning s.id`,
})

/** Companies with events that were not scanned for messages to push. */
export const companiesToPush = statement({
  name: 'companies_to_push',
  row: rowsOf<{ companyId: string }>(),
  text: 'select c.id as "companyId" from app.companies_to_push() c (id)',
})

/** Scans events; app.find_pushes says how. */
export const findPushes = statement({
  name: 'find_pushes',
  parameters: ['max'],
  row: rowsOf<{ hasMore: boolean }>(),
  text: 'select app.find_pushes(:max) as "hasMore"',
})

/** Claims messages; app.claim_pushes says which. */
export const claimPushes = statement({
  name: 'claim_pushes',
  parameters: ['max'],
  row: rowsOf<ClaimedPush>(),
  text: `select c.subscription_id as "subscriptionId", c.user_id as "userId", c.sealed, c.conversation_id as "conversationId",
    c.message_ids as "messageIds", c.unread_count as "unreadCount" from app.claim_pushes(:max) c`,
})

/** Notes what became of messages; app.settle_push says how. */
export const settlePush = statement({
  name: 'settle_push',
  parameters: ['subscriptionId', 'messageIds', 'outcome', 'notBefore', 'maxFailures'],
  text: 'select app.settle_push(:subscriptionId, :messageIds, :outcome, :notBefore, :maxFailures)::text',
})

/** Deletes messages that are not to be pushed. */
export const dropPush = statement({
  name: 'drop_push',
  parameters: ['companyId', 'subscriptionId', 'messageIds'],
  text: `delete from push_deliveries d
    where d.company_id = :companyId and d.subscription_id = :subscriptionId and d.message_id = any(:messageIds)`,
})

/** Lets messages that were claimed be due after so many seconds, as if nothing had been tried. Subscriptions and messages are pairs. */
export const putOffPushes = statement({
  name: 'put_off_pushes',
  parameters: ['companyId', 'subscriptionIds', 'messageIds', 'seconds'],
  text: `update push_deliveries d set due_at = now() + make_interval(secs => :seconds)
    from unnest(:subscriptionIds::uuid[], :messageIds::uuid[]) p (subscription_id, message_id)
    where d.company_id = :companyId and d.subscription_id = p.subscription_id and d.message_id = p.message_id`,
})

/** The time at which the next message is due. */
export const nextPush = statement({
  name: 'next_push',
  parameters: ['companyId'],
  row: rowsOf<{ at: Date | null; isDue: boolean | null }>(),
  text: `select min(d.due_at) as at, min(d.due_at) <= now() as "isDue" from push_deliveries d where d.company_id = :companyId`,
})

/** Enqueues the next run. One that is to come at once has a key of its own, so that a later one does not replace it. */
export const pushAgain = statement({
  name: 'push_again',
  parameters: ['at', 'key'],
  text: `select app.enqueue_job('send_push', '{}'::json, :at, :key)::text as queued`,
})
