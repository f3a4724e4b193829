import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GUESTS } from '../../src/events/cursor.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'
import { cursorOfNow } from '../support/stored-events.ts'
import { guestsWith, guestWith, openAllDay, send, untilCounts } from './guest-kit.ts'
import { callWebhook, newSid, type TwilioEndpoint } from './twilio-endpoint.ts'
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

const createdFor = (to: string) => twilio.created.filter((message) => message.to === to)

describe('a webhook', () => {
  const inbound = (body: string, more: Record<string, string> = {}, options = {}) =>
    callWebhook(
      app.url,
      PUBLIC,
      '/webhooks/twilio/inbound',
      { MessageSid: newSid(), From: phone, To: FROM, Body: body, ...more },
      options,
    )

  it('is refused if it is forged, of another account, too long or of another form', async () => {
    expect(await inbound('STOP', {}, { forged: true })).toMatchObject({ status: 403 })
    expect(await inbound('STOP', { AccountSid: `AC${'f'.repeat(32)}` })).toMatchObject({ status: 403 })
    expect(await inbound('x'.repeat(1024 * 1024))).toMatchObject({ status: 413 })
    expect(await inbound('STOP', {}, { 'content-type': 'application/json' })).toMatchObject({ status: 415 })
    expect((await fetch(`${app.url}/webhooks/twilio/inbound`)).status).toBe(405)
    expect((await fetch(`${app.url}/webhooks/twilio/other`, { method: 'POST' })).status).toBe(404)
    expect(
      await callWebhook(app.url, PUBLIC, '/webhooks/twilio/status/none', {
        MessageSid: newSid(),
        MessageStatus: 'sent',
      }),
    ).toMatchObject({ status: 204 })
    expect(await guestWith(acme.sara, phone)).toMatchObject({ consent: 'SUBSCRIBED' })
  })

  it('with STOP opts the guest out once, and the provider answers it where the company says so', async () => {
    const number = `+1415558${phone.slice(-4)}`
    await openAllDay(acme.alice, {
      from: number,
      keywordReplies: 'COLLOQUY',
      helpBusiness: 'Acme & Sons',
      helpPhone: '+14155550100',
    })
    const sid = newSid()
    const at = (body: string, MessageSid = newSid()) => inbound(body, { To: number, MessageSid })
    const stopped = await at('ＳＴＯＰ．', sid)
    expect(stopped).toEqual({
      status: 200,
      text: '<?xml version="1.0" encoding="UTF-8"?><Response><Message>You will receive no more messages from Acme &amp; Sons. Reply START to receive them again.</Message></Response>',
    })
    expect(await at('ＳＴＯＰ．', sid)).toEqual(stopped)
    const silent = { status: 200, text: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>' }
    expect(await at('stop')).toEqual(silent)
    expect(await guestWith(acme.sara, phone)).toMatchObject({
      consent: 'OPTED_OUT',
      consentEvents: { nodes: [{ state: 'OPTED_OUT', source: 'KEYWORD', words: 'ＳＴＯＰ．' }, {}] },
    })
    expect(await acme.sara.mutate('recordGuestConsent', { guestId, state: 'SUBSCRIBED' })).toMatchObject({
      __typename: 'ConflictError',
    })
    expect((await at('help')).text).toContain(
      'Acme &amp; Sons: messages to guests. Contact: +14155550100. Reply STOP to end.',
    )
    expect((await at('START')).text).toContain('You will receive messages from Acme &amp; Sons again.')
    expect(await guestWith(acme.sara, phone)).toMatchObject({ consent: 'SUBSCRIBED' })
    await openAllDay(acme.alice, { keywordReplies: 'PROVIDER' })
    expect(await at('STOP')).toEqual(silent)
    expect(await guestWith(acme.sara, phone)).toMatchObject({ consent: 'OPTED_OUT' })
    // The first one again, long after START: it has no effect.
    await at('START')
    await at('ＳＴＯＰ．', sid)
    expect(await guestWith(acme.sara, phone)).toMatchObject({ consent: 'SUBSCRIBED' })
  })

  it('with words that read as a wish to stop pauses sending until a person decides', async () => {
    const number = `+1415559${phone.slice(-4)}`
    await openAllDay(acme.alice, { from: number })
    await using events = acme.sara.subscribe(
      'subscription ($after: String) { guestEvents(after: $after) { __typename ... on InboundReceived { message { body guest { id } receivedOn } } ... on ConsentChanged { guest { needsConsentReview } } } }',
      { after: await cursorOfNow(app, acme, acme.sara, GUESTS) },
    )
    await inbound('Please do not text me any more', { To: number })
    await events.until(({ events: all }) => all.length >= 2 || undefined)
    expect(events.events).toEqual([
      { __typename: 'ConsentChanged', guest: { needsConsentReview: true } },
      {
        __typename: 'InboundReceived',
        message: { body: 'Please do not text me any more', guest: { id: guestId }, receivedOn: number },
      },
    ])
    expect(await send(acme.sara, { guestIds: [guestId] })).toMatchObject({ __typename: 'InvalidInputError' })
    const decided = await acme.sara.mutate(
      'recordGuestConsent',
      { guestId, state: 'SUBSCRIBED', note: 'Called back' },
      'guest { needsConsentReview }',
    )
    expect(decided.guest.needsConsentReview).toBe(false)
    const { inboundMessages } = await acme.sara.run(
      'query ($id: ID) { inboundMessages(guestId: $id) { nodes { id body } } }',
      { id: guestId },
    )
    const reply = await send(acme.sara, { guestIds: [guestId], inReplyToId: inboundMessages.nodes[0].id })
    expect(reply.__typename).toBe('SendGuestMessagePayload')
  })

  it('on a number that companies share goes to the one that wrote last, and STOP holds for all', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    await openAllDay(globex.gina)
    const [theirs] = await guestsWith(globex.gina, [phone])
    const first = await send(globex.gina, { guestIds: [theirs] })
    await untilCounts(globex.gina, first.guestMessage.id, { SENT: 1 })
    const second = await send(acme.sara, { guestIds: [guestId] })
    await untilCounts(acme.sara, second.guestMessage.id, { SENT: 1 })
    await inbound('At seven, please')
    const listed = async (client: typeof globex.gina): Promise<string[]> =>
      (await client.run('{ inboundMessages { nodes { body } } }')).inboundMessages.nodes.map(
        ({ body }: Data) => body,
      )
    expect(await listed(acme.sara)).toEqual(['At seven, please'])
    expect(await listed(globex.gina)).toEqual([])
    await inbound('STOP')
    expect(await guestWith(acme.sara, phone)).toMatchObject({ consent: 'OPTED_OUT' })
    expect(await guestWith(globex.gina, phone)).toMatchObject({ consent: 'OPTED_OUT' })
    // A company that has not written to this phone before may not begin to, and learns nothing else.
    const hooli = await app.company('Hooli', { gavin: 'owner' })
    await openAllDay(hooli.gavin)
    const [newcomer] = await guestsWith(hooli.gavin, [phone])
    const third = await send(hooli.gavin, { guestIds: [newcomer] })
    await untilCounts(hooli.gavin, third.guestMessage.id, { DROPPED: 1 })
    expect(createdFor(phone)).toHaveLength(2)
  })

  it('that belongs to no company waits outside of all tenants, unreadable and once', async () => {
    const sid = newSid()
    const stranger = { From: '+14155550999', To: '+14155550998', MessageSid: sid }
    await inbound('A secret for nobody', stranger)
    await inbound('A secret for nobody', stranger)
    const rows = await query<{ sealed: Buffer; received_on: string }>(
      app.database.adminUrl,
      'select sealed, received_on from app.unmatched_inbound',
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.sealed.toString('latin1')).not.toContain('secret')
  })
})
