import { setTimeout as sleep } from 'node:timers/promises'
import { ACCOUNT, callWebhook, newSid, startTwilio } from '../test/sms/twilio-endpoint.ts'
import { countsOf, importGuests, openAllDay, phoneAt, sendToGuests } from './guests.ts'
import { percentile, type Report, round } from './report.ts'
import { setStage } from './stage.ts'

const PUBLIC_URL = 'https://chat.example.test'
const NUMBER = '+14155550100'
const GUESTS = 1_000
const PER_SECOND = 50
const BODIES = ['At seven, please', 'Is there a cot?', 'STOP', 'START', 'help', 'please do not text me']

/**
 * Twilio calls 50 times a second, whether the calls before were answered or not: two in three tell of a delivery, the others bring
 * an SMS of a guest.
 */
export async function webhooks(seconds: number): Promise<Report> {
  await using twilio = await startTwilio()
  await using stage = await setStage({
    companies: 1,
    people: 1,
    role: 'owner',
    variables: {
      SMS_PROVIDER: 'twilio',
      PUBLIC_URL,
      TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
      TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
      TWILIO_API_URL: twilio.url,
    },
  })
  const { url } = stage
  const actor = stage.companies[0]?.actors[0]
  if (!actor) throw new Error('There is nobody.')
  await openAllDay(url, actor, NUMBER)
  await importGuests(url, actor, GUESTS, (at) => phoneAt(212, at))
  const id = await sendToGuests(url, actor)
  while ((await countsOf(url, actor, id)).SENT !== GUESTS) await sleep(200)

  const latenciesMs: number[] = []
  let errors = 0
  async function callOnce(at: number): Promise<void> {
    const message = twilio.created[Math.floor(at / 2) % GUESTS]
    const [path, parameters] =
      at % 3 === 0
        ? [
            '/webhooks/twilio/inbound',
            {
              MessageSid: newSid(),
              From: message?.to ?? '',
              To: NUMBER,
              Body: BODIES[(at / 3) % BODIES.length] ?? '',
            },
          ]
        : [
            new URL(message?.statusCallback ?? '').pathname,
            { MessageSid: message?.sid ?? '', MessageStatus: at % 2 ? 'sent' : 'delivered', From: NUMBER },
          ]
    const before = performance.now()
    const { status } = await callWebhook(url, PUBLIC_URL, path, parameters)
    latenciesMs.push(performance.now() - before)
    if (status !== (at % 3 === 0 ? 200 : 204)) errors += 1
  }
  const start = performance.now()
  const calls: Promise<void>[] = []
  for (let at = 0; at < seconds * PER_SECOND; at += 1) {
    await sleep(Math.max(0, start + (at * 1_000) / PER_SECOND - performance.now()))
    calls.push(callOnce(at))
  }
  await Promise.all(calls)
  return {
    workload: 'webhooks',
    opsPerSecond: round((calls.length * 1_000) / (performance.now() - start)),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    errors,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
  }
}
