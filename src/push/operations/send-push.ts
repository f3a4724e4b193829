import pLimit from 'p-limit'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { encodeId } from '../../ids.ts'
import type { Job } from '../../jobs/job.ts'
import type { PushEndpoint } from '../push-endpoint.ts'
import type { PushOutcome, PushService } from '../push-service.ts'
import {
  type ClaimedPush,
  claimPushes,
  dropPush,
  nextPush,
  pushAgain,
  settlePush,
} from '../push-statements.ts'

/** The companies take turns: after this time a run ends, and the next one is queued behind those of others. */
const SLICE_MS = 1_500
const MAX_CLAIMED = 200
const MAX_AT_ONCE = 16
/** A browser that failed as often in a row is forgotten. */
const MAX_FAILURES = 5
const RETRY_MS = 60_000

/**
 * Pushes the company's messages that are due, for about two seconds, and queues its next run. A message is deleted when the push
 * service has taken it; after a crash it is due again, and its topic replaces the one that came before.
 */
export async function sendPush(job: Job): Promise<void> {
  const { companyId, tenant, services, signal } = job
  const { push } = services
  if (!push) return
  const endsAt = performance.now() + SLICE_MS
  const keys = await job.keys()
  for (;;) {
    const claimed = await tenant.query(claimPushes, { max: MAX_CLAIMED })
    await pushAll(job, push, keys, await withoutDenied(job, claimed))
    const [next] = await tenant.query(nextPush, { companyId })
    if (!next?.at) return
    if (next.isDue && performance.now() < endsAt && !signal.aborted) continue
    await tenant.query(pushAgain, { at: next.at, key: next.isDue ? 'push' : 'push later' })
    return
  }
}

/** Conversations that the operator's policy denies the person are not pushed. */
async function withoutDenied(
  { companyId, tenant, services }: Job,
  claimed: ClaimedPush[],
): Promise<ClaimedPush[]> {
  if (!services.policy || claimed.length === 0) return claimed
  const denied = await services.policy.denied(tenant, claimed)
  for (const { subscriptionId, messageIds } of denied)
    await tenant.query(dropPush, { companyId, subscriptionId, messageIds })
  return claimed.filter((each) => !denied.has(each))
}

/** One browser after another gets its conversations, several browsers at once. One that fails gets the others later. */
async function pushAll(
  job: Job,
  push: PushService,
  keys: CompanyKeys,
  claimed: ClaimedPush[],
): Promise<void> {
  const bySubscription = new Map<string, ClaimedPush[]>()
  for (const each of claimed) {
    const others = bySubscription.get(each.subscriptionId)
    if (others) others.push(each)
    else bySubscription.set(each.subscriptionId, [each])
  }
  const limit = pLimit(MAX_AT_ONCE)
  const work = [...bySubscription.values()].map((all) =>
    limit(async () => {
      for (const each of all) if ((await pushOne(job, push, keys, each)) !== 'DONE') return
    }),
  )
  await Promise.all(work)
}

async function pushOne(
  { companyId, tenant, services, signal }: Job,
  push: PushService,
  keys: CompanyKeys,
  { subscriptionId, sealed, conversationId, messageIds, unreadCount }: ClaimedPush,
): Promise<PushOutcome['outcome']> {
  const to: PushEndpoint = JSON.parse(
    keys.decrypt(sealed, { field: 'push-endpoint', recordId: subscriptionId }),
  )
  const payload = JSON.stringify({
    companyId: encodeId('Company', companyId),
    conversationId: encodeId('Conversation', conversationId),
    messageId: encodeId('Message', messageIds[0] ?? ''),
    unreadCount,
  })
  // A push service learns which messages replace one another, and no more.
  const topic = keys
    .lookupHash('push-topic', `${subscriptionId} ${conversationId}`)
    .toString('base64url')
    .slice(0, 32)
  const result = await push.push(to, { payload, topic }, signal)
  if (signal.aborted && result.outcome === 'FAILED') throw new Error('The process stops.')
  const retryMs = result.outcome === 'FAILED' ? (result.retryAfterMs ?? RETRY_MS) : 0
  if (result.outcome === 'FAILED')
    services.log.info({ companyId, reason: result.reason }, 'a push message failed')
  await tenant.query(settlePush, {
    subscriptionId,
    messageIds,
    outcome: result.outcome,
    retryAt: new Date(Date.now() + retryMs),
    maxFailures: MAX_FAILURES,
  })
  return result.outcome
}
