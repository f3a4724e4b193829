import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'
import { guestsWith, hurry, openAllDay, readMessage, send, untilCounts } from './guest-kit.ts'
import { ACCOUNT, callWebhook, newSid, startTwilio, type TwilioEndpoint } from './twilio-endpoint.ts'

const PUBLIC = 'https://chat.example.test'

let twilio: TwilioEndpoint
let app: TestApp
let acme: TestCompany<'alice'>
let number = ''
let next = 2000
beforeAll(async () => {
  twilio = await startTwilio()
  const sms = {
    ...readEnvironment({}).sms,
    twilio: { ...ACCOUNT, from: undefined, apiUrl: twilio.url },
  }
  app = await startApp({ tasks, environment: { sms, publicUrl: PUBLIC } })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await twilio[Symbol.asyncDispose]()
})
beforeEach(async () => {
  twilio.behave(() => 'accept')
  acme = await app.company('Acme', { alice: 'owner' })
  next += 1
  number = `+1415555${next}`
})

const phones = (count: number) => Array.from({ length: count }, (_, at) => `+1212${next}${String(at + 500)}`)
const news = (to: string, MessageStatus: string, more: Record<string, string> = {}) => {
  const message = twilio.created.find((one) => one.to === to)
  const path = new URL(message?.statusCallback ?? '').pathname
  return callWebhook(app.url, PUBLIC, path, { MessageSid: message?.sid ?? '', MessageStatus, ...more })
}
const paused = async () =>
  (await query<{ number: string }>(app.database.adminUrl, 'select number from app.sms_senders')).map(
    (row) => row.number,
  )

it('a message without a number to send from is refused before anything is stored', async () => {
  await openAllDay(acme.alice)
  const [guestId] = await guestsWith(acme.alice, phones(1))
  for (const input of [{ guestIds: [guestId] }, { allSubscribed: true }]) {
    expect(await send(acme.alice, input)).toMatchObject({
      __typename: 'NoSenderError',
      detail:
        'There is no number to send from: name one in the message, or set one for the company, or have the operator set SMS_FROM.',
    })
  }
  expect((await acme.alice.run('{ guestMessages { nodes { id } } }')).guestMessages.nodes).toEqual([])
})

it('a message goes out from its own number, or else from that of the company', async () => {
  const other = number.replace('415', '628')
  await openAllDay(acme.alice, { from: other })
  await openAllDay(acme.alice, { from: number })
  const [phone = ''] = phones(1)
  const [guestId] = await guestsWith(acme.alice, [phone])
  for (const from of [other, null]) {
    const { guestMessage } = await send(acme.alice, { guestIds: [guestId], from })
    await untilCounts(acme.alice, guestMessage.id, { SENT: 1 })
  }
  expect(twilio.created.filter(({ to }) => to === phone).map(({ from }) => from)).toEqual([other, number])
})

it('a callback that tells of an unregistered sender pauses it, and one about another message does not', async () => {
  await openAllDay(acme.alice, { from: number })
  const [phone = ''] = phones(1)
  const [guestId] = await guestsWith(acme.alice, [phone])
  const { guestMessage } = await send(acme.alice, { guestIds: [guestId] })
  await untilCounts(acme.alice, guestMessage.id, { SENT: 1 })
  await news(phone, 'failed', { ErrorCode: '30034', From: number, MessageSid: newSid() })
  expect(await paused()).not.toContain(number)
  expect(await news(phone, 'failed', { ErrorCode: '30034', From: number })).toMatchObject({ status: 204 })
  expect(await paused()).toContain(number)
  const waiting = await send(acme.alice, { guestIds: [guestId] })
  await hurry(app)
  await untilCounts(acme.alice, waiting.guestMessage.id, { QUEUED: 1 })
})

it.each([
  ['30003', 'undelivered', 'UNDELIVERED'],
  ['30005', 'undelivered', 'UNDELIVERED'],
  ['30006', 'undelivered', 'UNDELIVERED'],
  ['30007', 'failed', 'FAILED'],
  ['30022', 'failed', 'FAILED'],
])('a callback with %s and %s is final, and the message is not sent again', async (code, heard, status) => {
  await openAllDay(acme.alice, { from: number })
  const [phone = ''] = phones(1)
  const [guestId] = await guestsWith(acme.alice, [phone])
  const { guestMessage } = await send(acme.alice, { guestIds: [guestId] })
  await untilCounts(acme.alice, guestMessage.id, { SENT: 1 })
  await news(phone, heard, { ErrorCode: code })
  const [delivery] = (await readMessage(acme.alice, guestMessage.id)).deliveries.nodes
  expect(delivery).toMatchObject({ status, providerCode: code })
  await hurry(app)
  await news(phone, 'sent')
  expect((await readMessage(acme.alice, guestMessage.id)).counts).toEqual([{ status, count: 1 }])
  expect(twilio.created.filter(({ to }) => to === phone)).toHaveLength(1)
})

it('answers to one batch that ask to slow down are one signal, and the rate comes back slowly', async () => {
  await openAllDay(acme.alice, { from: number })
  const ten = phones(10)
  const guestIds = await guestsWith(acme.alice, ten)
  twilio.behave(() => ({ status: 429, code: 20429 }))
  const { guestMessage } = await send(acme.alice, { guestIds })
  const pace = async (): Promise<Data> =>
    (
      await query<Data>(
        app.database.adminUrl,
        `select p.rate, p.batch_count, (select count(*)::int from guest_deliveries d
           where d.company_id = p.company_id and d.provider_code = '20429') as slowed
         from sms_pace p where p.company_id = '${acme.companyUuid}'`,
      )
    )[0] ?? {}
  await expect.poll(async () => (await pace()).slowed, { timeout: 20_000 }).toBe(10)
  twilio.behave(() => 'accept')
  // All ten were claimed at once or in two waves, not in ten.
  expect((await pace()).rate).toBeGreaterThanOrEqual(0.25)
  const before = (await pace()).rate
  await hurry(app)
  await untilCounts(acme.alice, guestMessage.id, { SENT: 10 })
  expect((await pace()).rate).toBeLessThan(before + 0.5)
})
