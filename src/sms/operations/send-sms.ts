import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { newId } from '../../ids.ts'
import type { Job } from '../../jobs/job.ts'
import { smsSent } from '../../metrics/metrics.ts'
import { contactHash } from '../contact-hash.ts'
import { SLOW_DOWN, type SmsOutcome, UNREGISTERED } from '../provider.ts'
import { monthOf, quietUntil } from '../quiet-hours.ts'
import { senderOf } from '../sms-service.ts'
import { DEFAULT_ZONE, quietHoursOf, readSmsSettings, type SmsSettingsRow } from '../sms-settings.ts'
import {
  claimSms,
  type DueSms,
  deferSms,
  dueSms,
  expandMessage,
  giveUp,
  nextDue,
  pausedSenders,
  runAgain,
  settleSms,
} from './due-sms.ts'
import { pauseUnregistered } from './pause-sender.ts'

/** The companies take turns: after this time a run ends, and the next one is queued behind those of others. */
const SLICE_MS = 1_500
/** Maximum number of messages that are handed to the provider concurrently. */
const MAX_AT_ONCE = 10
const MAX_EXPANDED = 500
const RETRY_MS = 30_000

/** A message that is ready to be sent. */
interface ReadySms {
  due: DueSms
  from: string
  to: string
  contact: Buffer
}

/**
 * Sends the company's SMS that are due, for at most two seconds, and queues its next run. Claiming a delivery commits before the
 * provider is called, and a claimed one is never claimed again, so that a crash loses at most the news of an SMS and sends none
 * twice. Consent, stops, pace and cap are checked by the claim.
 */
export async function sendSms(job: Job): Promise<void> {
  const { companyId, tenant, services, signal } = job
  const endsAt = performance.now() + SLICE_MS
  const settings = await readSmsSettings(tenant)
  const keys = await job.keys()
  const [lost] = await tenant.query(giveUp, {})
  notify(job, lost?.position)
  let waitUntil: Date | null = null
  let isIdle = false
  while (!signal.aborted && !waitUntil && !isIdle && performance.now() < endsAt) {
    const [expanded] = await tenant.query(expandMessage, { max: MAX_EXPANDED })
    const ready = await readReady(job, keys, settings)
    const claimed = ready.length > 0 ? await claim(job, settings, ready) : { sms: [], waitUntil: null }
    await Promise.all(claimed.sms.map((sms) => handOver(job, keys, sms)))
    waitUntil = claimed.waitUntil
    isIdle = claimed.sms.length === 0 && expanded?.made == null && ready.length === 0
    if (claimed.sms.length === 0 && ready.length > 0) break
  }
  const [next] = await tenant.query(nextDue, { companyId })
  const at = isIdle ? next?.at : (waitUntil ?? new Date())
  if (at) await tenant.query(runAgain, { at, key: at.getTime() > Date.now() ? 'sms later' : 'sms' })
  services.log.debug({ companyId, isIdle }, 'a run of SMS has ended')
}

/** The due messages with sender and phone. Those in the guest's quiet hours are deferred to their end. */
async function readReady(job: Job, keys: CompanyKeys, settings: SmsSettingsRow): Promise<ReadySms[]> {
  const { companyId, tenant, services } = job
  const paused = await services.database.acrossCompanies(pausedSenders, {})
  const pausedNumbers = paused.map(({ number }) => number)
  const defaultSender = senderOf(services.sms, settings, null)
  const due = await tenant.query(dueSms, {
    companyId,
    pausedNumbers,
    defaultSender: defaultSender ?? '',
    max: MAX_AT_ONCE * 2,
  })
  const now = new Date()
  const quiet = quietHoursOf(settings)
  const ready: ReadySms[] = []
  for (const sms of due) {
    const until = quietUntil(now, sms.timeZone ?? settings.timeZone ?? DEFAULT_ZONE, quiet)
    const from = senderOf(services.sms, settings, sms.fromNumber)
    if (until || from === null) {
      const later = until ?? new Date(now.getTime() + RETRY_MS)
      await tenant.query(deferSms, { companyId, ids: [sms.id], until: later })
      continue
    }
    const to = keys.decrypt(sms.phone, { field: 'phone', recordId: sms.guestId })
    ready.push({ due: sms, from, to, contact: await contactHash(services.deploymentKey, from, to) })
  }
  return ready.slice(0, MAX_AT_ONCE)
}

async function claim(job: Job, settings: SmsSettingsRow, ready: readonly ReadySms[]) {
  const { month, endsAt } = monthOf(new Date(), settings.timeZone ?? DEFAULT_ZONE)
  const [claimed] = await job.tenant.query(claimSms, {
    ids: ready.map(({ due }) => due.id),
    contacts: ready.map(({ contact }) => contact),
    senders: ready.map(({ from }) => from),
    batchSize: settings.batchSize,
    batchSeconds: settings.batchSeconds,
    cap: settings.monthlyCap,
    month,
    monthEnds: endsAt,
  })
  notify(job, claimed?.position)
  const ids = new Set(claimed?.ids)
  return { sms: ready.filter(({ due }) => ids.has(due.id)), waitUntil: claimed?.waitUntil ?? null }
}

async function handOver(job: Job, keys: CompanyKeys, { due, from, to }: ReadySms): Promise<void> {
  const { companyId, services, tenant } = job
  const body = keys.decrypt(due.body, { field: 'guest-body', recordId: due.guestMessageId })
  const delivery = { companyId, deliveryId: due.id }
  const outcome = await services.sms.provider.send({ delivery, from, to, body })
  smsSent.inc({ outcome: outcome.kind, code: 'code' in outcome ? outcome.code : '' })
  if ('code' in outcome && outcome.code === UNREGISTERED) await pauseUnregistered(services, from)
  const news = newsOf(outcome)
  if (!news) return
  const [settled] = await tenant.query(settleSms, { deliveryId: due.id, eventId: newId(), ...news })
  notify(job, settled?.position)
}

/** Undefined if nothing is known: the delivery stays SENDING until a callback tells, or ten minutes have passed. */
function newsOf(outcome: SmsOutcome) {
  const later = () => new Date(Date.now() + RETRY_MS)
  switch (outcome.kind) {
    case 'ACCEPTED':
      return { status: 'SENT', code: null, sid: outcome.sid, due: null }
    case 'REFUSED':
      return { status: 'FAILED', code: outcome.code, sid: null, due: null }
    case 'LATER':
      return {
        status: 'QUEUED',
        code: outcome.code,
        sid: null,
        due: SLOW_DOWN.has(outcome.code) ? new Date(Date.now() + 1_000) : later(),
      }
    case 'UNKNOWN':
      return undefined
  }
}

function notify({ companyId, services }: Job, position: string | null | undefined): void {
  if (position) services.live.notify(companyId, Number(position))
}
