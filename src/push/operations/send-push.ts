import pLimit from 'p-limit'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { encodeId } from '../../ids.ts'
import type { Job } from '../../jobs/job.ts'
import { pushes } from '../../metrics/feature-metrics.ts'
import type { PushEndpoint } from '../push-endpoint.ts'
import type { PushOutcome, PushService } from '../push-service.ts'
import {
  type ClaimedPush,
  claimPushes,
  dropPush,
  nextPush,
  pushAgain,
  putOffPushes,
  settlePush,
} from '../push-statements.ts'

/** The companies take turns: after this time a run begins no push, and the next one is queued behind those of others. */
const SLICE_MS = 1_500
const MAX_CLAIMED = 200
const MAX_AT_ONCE = 16
/** A browser that failed as often in a row, over more than an hour, is forgotten. */
const MAX_FAILURES = 5
const UNDECIDED_SECONDS = 60

/** Whether the run may begin no further push. */
type IsOver = () => boolean

/**
 * Pushes the company's messages that are due, for about two seconds, or as long as the last push services that were asked take to
 * answer, and queues its next run. A message is deleted when the push service has taken it; after a crash it is due again, and its
 * topic replaces the one that came before.
 */
export async function sendPush(job: Job): Promise<void> {
  const { companyId, tenant, services, signal } = job
  const { push } = services
  if (!push) return
  const keys = await job.keys()
  let endsAt = Number.POSITIVE_INFINITY
  const isOver = () => signal.aborted || performance.now() >= endsAt
  for (;;) {
    const claimed = await tenant.query(claimPushes, { max: MAX_CLAIMED })
    const allowed = await withoutDenied(job, claimed)
    // Counted from the first push on, so that each run gets on, however long the policy takes.
    endsAt = Math.min(endsAt, performance.now() + SLICE_MS)
    await putOff(job, await pushAll(job, push, keys, allowed, isOver), 0)
    const [next] = await tenant.query(nextPush, { companyId })
    if (!next?.at) return
    if (next.isDue && !isOver()) continue
    await tenant.query(pushAgain, { at: next.at, key: next.isDue ? 'push' : 'push later' })
    return
  }
}

/** Conversations that the operator's policy denies the person are not pushed, and those that it does not decide about wait. */
async function withoutDenied(job: Job, claimed: ClaimedPush[]): Promise<ClaimedPush[]> {
  const { companyId, tenant, services } = job
  if (!services.policy || claimed.length === 0) return claimed
  const { denied, undecided } = await services.policy.judge(tenant, claimed)
  await putOff(job, [...undecided], UNDECIDED_SECONDS)
  for (const { subscriptionId, messageIds } of denied)
    await tenant.query(dropPush, { companyId, subscriptionId, messageIds })
  return claimed.filter((each) => !denied.has(each) && !undecided.has(each))
}

/** Lets messages be due again after so many seconds. */
async function putOff({ companyId, tenant }: Job, pushes: ClaimedPush[], seconds: number): Promise<void> {
  if (pushes.length === 0) return
  await tenant.query(putOffPushes, {
    companyId,
    subscriptionIds: pushes.flatMap(({ subscriptionId, messageIds }) => messageIds.map(() => subscriptionId)),
    messageIds: pushes.flatMap(({ messageIds }) => messageIds),
    seconds,
  })
}

/**
 * One browser after another gets its conversations, several browsers at once. One that fails gets the others later. Returns those
 * that are left when the run is over.
 */
async function pushAll(
  job: Job,
  push: PushService,
  keys: CompanyKeys,
  claimed: ClaimedPush[],
  isOver: IsOver,
): Promise<ClaimedPush[]> {
  const left: ClaimedPush[] = []
  const bySubscription = new Map<string, ClaimedPush[]>()
  for (const each of claimed) {
    const others = bySubscription.get(each.subscriptionId)
    if (others) others.push(each)
    else bySubscription.set(each.subscriptionId, [each])
  }
  const limit = pLimit(MAX_AT_ONCE)
  const work = [...bySubscription.values()].map((all) =>
    limit(async () => {
      for (const [at, each] of all.entries()) {
        const outcome = isOver() ? 'LEFT' : await pushOne(job, push, keys, each)
        if (outcome === 'LEFT') left.push(...all.slice(at))
        if (outcome !== 'DONE') return
      }
    }),
  )
  await Promise.all(work)
  return left
}

async function pushOne(
  { companyId, tenant, services, signal }: Job,
  push: PushService,
  keys: CompanyKeys,
  { subscriptionId, sealed, conversationId, messageIds, unreadCount }: ClaimedPush,
): Promise<PushOutcome['outcome'] | 'LEFT'> {
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
  // It was broken off because the process stops: another one sends it.
  if (signal.aborted && result.outcome === 'FAILED') return 'LEFT'
  const code = result.outcome === 'FAILED' ? (result.status ?? 'none') : ''
  pushes.inc({ outcome: result.outcome, code })
  const retryMs = result.outcome === 'FAILED' ? (result.retryAfterMs ?? 0) : 0
  if (result.outcome === 'FAILED')
    services.log.info({ companyId, reason: result.reason }, 'a push message failed')
  await tenant.query(settlePush, {
    subscriptionId,
    messageIds,
    outcome: result.outcome,
    notBefore: new Date(Date.now() + retryMs),
    maxFailures: MAX_FAILURES,
  })
  return result.outcome
}
