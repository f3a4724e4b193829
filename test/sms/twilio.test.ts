import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'
import { guestsWith, guestWith, hurry, openAllDay, readMessage, send, untilCounts } from './guest-kit.ts'
import { type Behaviour, callWebhook, newSid, type TwilioEndpoint } from './twilio-endpoint.ts'
import { companyWithGuest, FROM, PUBLIC, startWithTwilio } from './with-twilio.ts'

let server: Awaited<ReturnType<typeof startWithTwilio>>
let twilio: TwilioEndpoint
let app: TestApp
let acme: TestCompany<'alice' | 'sara'>
beforeAll(async () => {
  server = await startWithTwilio()
  ;({ app, twilio } = server)
})
afterAll(() => server[Symbol.asyncDispose]())
let phone = ''
let guestId = ''
beforeEach(async () => {
  twilio.behave(() => 'accept')
  ;({ acme, phone, guestId } = await companyWithGuest(app))
})

const behave = (behaviour: Behaviour) => twilio.behave((to) => (to === phone ? behaviour : 'accept'))
const createdFor = (to: string) => twilio.created.filter((message) => message.to === to)
const status = (callback: string, sid: string, MessageStatus: string, more: Record<string, string> = {}) =>
  callWebhook(app.url, PUBLIC, callback.slice(PUBLIC.length), { MessageSid: sid, MessageStatus, ...more })
const deliveryOf = async (id: string): Promise<Data> => (await readMessage(acme.sara, id)).deliveries.nodes[0]

describe('Twilio', () => {
  it('is asked once, and its callbacks advance the delivery whatever their order and number', async () => {
    const sent = await send(acme.sara, { guestIds: [guestId], body: 'Hello' })
    expect(sent.preview).toEqual({ encoding: 'GSM7', segments: 1, costEstimate: '0.0079 USD' })
    const { id } = sent.guestMessage
    await untilCounts(acme.sara, id, { SENT: 1 })
    const [message] = createdFor(phone)
    expect(message).toMatchObject({ from: FROM, body: 'Hello' })
    const { sid = '', statusCallback = '' } = message ?? {}
    for (const MessageStatus of ['delivered', 'sent', 'queued', 'delivered', 'sending']) {
      expect(await status(statusCallback, sid, MessageStatus)).toEqual({ status: 204, text: '' })
    }
    expect(await deliveryOf(id)).toMatchObject({ status: 'DELIVERED' })
    expect(createdFor(phone)).toHaveLength(1)
    expect(twilio.unauthorized).toBe(0)
  })

  it('is not asked again after an answer that was lost, and a callback tells its status', async () => {
    behave('lose')
    const { guestMessage } = await send(acme.sara, { guestIds: [guestId] })
    await expect.poll(() => createdFor(phone).length, { timeout: 20_000 }).toBe(1)
    await hurry(app)
    await untilCounts(acme.sara, guestMessage.id, { SENDING: 1 })
    const [message] = createdFor(phone)
    const { sid = '', statusCallback = '' } = message ?? {}
    await status(statusCallback, sid, 'delivered')
    expect(await deliveryOf(guestMessage.id)).toMatchObject({ status: 'DELIVERED' })
    // News under another id is not about this message.
    await status(statusCallback, newSid(), 'failed', { ErrorCode: '30003' })
    expect(await deliveryOf(guestMessage.id)).toMatchObject({ status: 'DELIVERED', providerCode: null })
    expect(createdFor(phone)).toHaveLength(1)
  })

  it('that cannot tell within ten minutes leaves a message UNCERTAIN, and it is never sent again', async () => {
    behave('unavailable')
    const { guestMessage } = await send(acme.sara, { guestIds: [guestId] })
    await untilCounts(acme.sara, guestMessage.id, { SENDING: 1 })
    await query(
      app.database.adminUrl,
      `update guest_deliveries set claimed_at = now() - interval '11 minutes' where status = 'SENDING'`,
    )
    await hurry(app)
    await untilCounts(acme.sara, guestMessage.id, { UNCERTAIN: 1 })
    behave('accept')
    await hurry(app)
    expect(createdFor(phone)).toEqual([])
  })

  it.each([
    [{ status: 400, code: 21211 }, 'FAILED'],
    [{ status: 400, code: 21614 }, 'FAILED'],
  ] as const)('refuses for good with %j', async (behaviour, expected) => {
    behave(behaviour)
    const { guestMessage } = await send(acme.sara, { guestIds: [guestId] })
    await untilCounts(acme.sara, guestMessage.id, { [expected]: 1 })
    expect(await deliveryOf(guestMessage.id)).toMatchObject({ providerCode: String(behaviour.code) })
  })

  it('tells of an opt-out by an error and by a callback, and the guest is opted out', async () => {
    behave({ status: 400, code: 21610 })
    const { guestMessage } = await send(acme.sara, { guestIds: [guestId] })
    await untilCounts(acme.sara, guestMessage.id, { FAILED: 1 })
    expect(await guestWith(acme.sara, phone)).toMatchObject({
      consent: 'OPTED_OUT',
      consentEvents: { nodes: [{ state: 'OPTED_OUT', source: 'PROVIDER' }, {}] },
    })
    const other = phone.replace('415', '212')
    const [otherId] = await guestsWith(acme.sara, [other])
    const second = await send(acme.sara, { guestIds: [otherId] })
    await untilCounts(acme.sara, second.guestMessage.id, { SENT: 1 })
    const [message] = createdFor(other)
    await status(message?.statusCallback ?? '', message?.sid ?? '', 'undelivered', { ErrorCode: '21610' })
    expect(await guestWith(acme.sara, other)).toMatchObject({ consent: 'OPTED_OUT' })
  })

  it('that asks to slow down halves the rate, and the message is sent later', async () => {
    behave({ status: 429, code: 20429 })
    const { guestMessage } = await send(acme.sara, { guestIds: [guestId] })
    const rate = async () =>
      (
        await query<{ rate: number }>(
          app.database.adminUrl,
          `select rate from sms_pace where company_id = '${acme.companyUuid}'`,
        )
      )[0]?.rate
    await expect.poll(rate, { timeout: 20_000 }).toBeLessThan(1)
    behave('accept')
    await hurry(app)
    await untilCounts(acme.sara, guestMessage.id, { SENT: 1 })
    expect(createdFor(phone)).toHaveLength(1)
  })

  it('that knows no such sender pauses it, until the operator resumes it', async () => {
    const number = `+1415557${phone.slice(-4)}`
    await openAllDay(acme.alice, { from: number })
    behave({ status: 400, code: 30034 })
    const { guestMessage } = await send(acme.sara, { guestIds: [guestId] })
    await expect
      .poll(() => query(app.database.adminUrl, 'select number, provider_code from app.sms_senders'), {
        timeout: 20_000,
      })
      .toEqual([{ number, provider_code: '30034' }])
    behave('accept')
    await hurry(app)
    await untilCounts(acme.sara, guestMessage.id, { QUEUED: 1 })
    await query(app.database.adminUrl, 'delete from app.sms_senders')
    await hurry(app)
    await untilCounts(acme.sara, guestMessage.id, { SENT: 1 })
  })
})
