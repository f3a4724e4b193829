import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GUESTS } from '../../src/events/cursor.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'
import { cursorOfNow } from '../support/stored-events.ts'
import {
  guestsWith,
  guestWith,
  hurry,
  openAllDay,
  phones,
  readMessage,
  send,
  untilCounts,
  written,
} from './guest-kit.ts'

let app: TestApp
let other: TestApp
let acme: TestCompany<'alice' | 'sara' | 'bob'>
beforeAll(async () => {
  app = await startApp({ tasks })
  other = await startApp({ beside: app, tasks })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', sara: 'supervisor', bob: 'member' })
  await openAllDay(acme.alice)
})

describe('a message to a guest', () => {
  it('is sent once with two nodes, and its deliveries are told live', async () => {
    const { sara } = acme
    const [guestId] = await guestsWith(sara, ['+14155550123'])
    await using events = sara.subscribe(
      'subscription ($after: String) { guestEvents(after: $after) { __typename ... on DeliveryAdvanced { cursor delivery { status guest { phone } message { body } } } } }',
      { after: await cursorOfNow(app, acme, sara, GUESTS) },
    )
    const sent = await send(sara, { guestIds: [guestId], body: 'Your room is ready 🎉' })
    expect(sent).toMatchObject({ skipped: 0, preview: { encoding: 'UCS2', segments: 1, costEstimate: null } })
    await untilCounts(sara, sent.guestMessage.id, { SENT: 1 })
    await events.until(({ events: all }) => all.length >= 2 || undefined)
    expect(events.events.at(-1)).toMatchObject({
      __typename: 'DeliveryAdvanced',
      delivery: { guest: { phone: '+14155550123' }, message: { body: 'Your room is ready 🎉' } },
    })
    expect((await written(app)).filter((text) => text.includes('Your room is ready'))).toEqual([
      'From: +15005550006\nTo: +14155550123\n\nYour room is ready 🎉\n',
    ])
  })

  it('leaves out guests who may not be written to, and says how many', async () => {
    const { sara } = acme
    const [one, two] = await guestsWith(sara, ['+14155550123', '+14155550124'])
    await sara.mutate('recordGuestConsent', { guestId: two, state: 'OPTED_OUT' })
    const sent = await send(sara, { guestIds: [one, two] })
    expect(sent).toMatchObject({ skipped: 1, guestMessage: { recipientCount: 1 } })
    expect(await send(sara, { guestIds: [two] })).toMatchObject({
      __typename: 'InvalidInputError',
      detail:
        'None of these guests may be written to: they have no phone, have opted out, or wait for a review.',
    })
  })

  it('is dropped by an opt-out that comes before it is sent', async () => {
    const { sara } = acme
    const [guestId] = await guestsWith(sara, ['+14155550123'])
    const schedule = { localTime: `${new Date().getUTCFullYear() + 1}-01-01T09:00:00`, timeZone: 'UTC' }
    const { guestMessage } = await send(sara, { guestIds: [guestId], schedule })
    expect(guestMessage.counts).toEqual([{ status: 'QUEUED', count: 1 }])
    await sara.mutate('recordGuestConsent', { guestId, state: 'OPTED_OUT' })
    expect((await readMessage(sara, guestMessage.id)).counts).toEqual([{ status: 'DROPPED', count: 1 }])
  })

  it('is not sent twice under one idempotency key', async () => {
    const { sara } = acme
    const [guestId] = await guestsWith(sara, ['+14155550123'])
    const input = { guestIds: [guestId], idempotencyKey: 'once' }
    const [first, second] = await Promise.all([send(sara, input), send(sara, input)])
    expect(first.guestMessage.id).toBe(second.guestMessage.id)
    expect(await send(sara, { ...input, body: 'Other' })).toMatchObject({ __typename: 'ConflictError' })
  })

  it.each([
    [{ guestIds: [] }, 'Give either guestIds, at least one, or allSubscribed: true.'],
    [{}, 'Give either guestIds, at least one, or allSubscribed: true.'],
    [
      { allSubscribed: true, body: 'x'.repeat(1601) },
      'An SMS has at most 1,600 characters, of which an emoji counts as two or more.',
    ],
    [{ allSubscribed: true, body: ' \u200b ' }, 'The body must not be empty.'],
    [{ allSubscribed: true, from: '+14155559999' }, 'This is not a number of the company.'],
    [
      { allSubscribed: true, from: '12345' },
      'This is not a phone number with its country, such as +1 415 555 0123.',
    ],
    [
      { allSubscribed: true, schedule: { localTime: '2020-01-01T09:00:00', timeZone: 'UTC' } },
      'This time is over.',
    ],
  ])('is refused with the reason: %j', async (input, detail) => {
    expect(await send(acme.sara, input)).toMatchObject({ __typename: 'InvalidInputError', detail })
  })

  it('wants GUEST_MESSAGE, and guests of the company', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    const [theirs] = await guestsWith(globex.gina, ['+14155550123'])
    expect(await send(acme.bob, { allSubscribed: true })).toMatchObject({ permission: 'GUEST_MESSAGE' })
    expect(await send(acme.sara, { guestIds: [theirs] })).toMatchObject({ __typename: 'NotFoundError' })
  })
})

describe('a message to all subscribed', () => {
  it('is expanded in slices and reaches each of them once', async () => {
    const { sara } = acme
    await guestsWith(sara, phones(25))
    await guestsWith(sara, ['+14155550900'], { consent: 'UNKNOWN' })
    const { guestMessage } = await send(sara, { allSubscribed: true, body: 'To all of you' })
    await untilCounts(sara, guestMessage.id, { SENT: 25 })
    expect(await readMessage(sara, guestMessage.id)).toMatchObject({ recipientCount: 25 })
    expect((await written(app)).filter((text) => text.includes('To all of you'))).toHaveLength(25)
  })

  it('goes out in batches of the company, over two nodes', async () => {
    const { alice, sara } = acme
    await openAllDay(alice, { batchSize: 4, batchSeconds: 3600 })
    await guestsWith(sara, phones(9))
    const { guestMessage } = await send(sara, { allSubscribed: true })
    await untilCounts(sara, guestMessage.id, { QUEUED: 5, SENT: 4 })
    await query(app.database.adminUrl, `update sms_pace set batch_at = batch_at - interval '2 hours'`)
    await hurry(app)
    await untilCounts(sara, guestMessage.id, { QUEUED: 1, SENT: 8 })
    const cancelled = await sara.mutate(
      'cancelGuestMessage',
      { guestMessageId: guestMessage.id },
      'guestMessage { counts { status count } }',
    )
    expect(cancelled.guestMessage.counts).toEqual([
      { status: 'SENT', count: 8 },
      { status: 'CANCELLED', count: 1 },
    ])
    expect(await sara.mutate('cancelGuestMessage', { guestMessageId: guestMessage.id })).toMatchObject({
      __typename: 'ConflictError',
    })
  })
})

describe('quiet hours and caps', () => {
  it('defer a message to the end of the quiet hours of its guest', async () => {
    const { alice, sara } = acme
    const hour = (ahead: number) => new Date(Date.now() + ahead * 3_600_000).toISOString().slice(11, 16)
    await openAllDay(alice, { quietFrom: hour(-1), quietTo: hour(2) })
    const [here] = await guestsWith(sara, ['+14155550123'])
    const { guestMessage } = await send(sara, { guestIds: [here] })
    await expect
      .poll(async () => {
        const [row] = await query<{ minutes: number }>(
          app.database.adminUrl,
          `select extract(epoch from d.due_at - now())::int / 60 as minutes from guest_deliveries d
           join guests g on g.company_id = d.company_id and g.id = d.guest_id where d.status = 'QUEUED' and d.due_at > now()
           and d.company_id = '${acme.companyUuid}'`,
        )
        return (row?.minutes ?? 0) > 60
      })
      .toBe(true)
    expect((await readMessage(sara, guestMessage.id)).counts).toEqual([{ status: 'QUEUED', count: 1 }])
  })

  it('hold what is above the cap until the next month, and refuse a message when it is reached', async () => {
    const { alice, sara } = acme
    await openAllDay(alice, { monthlyCap: 3 })
    await guestsWith(sara, phones(5))
    const { guestMessage } = await send(sara, { allSubscribed: true })
    await untilCounts(sara, guestMessage.id, { QUEUED: 2, SENT: 3 })
    const refused = await sara.run(
      `mutation { sendGuestMessage(input: { allSubscribed: true, body: "x" }) { __typename
        ... on SmsCapReachedError { detail cap resetsAt } } }`,
    )
    expect(refused.sendGuestMessage).toMatchObject({ __typename: 'SmsCapReachedError', cap: 3 })
    expect(Date.parse(refused.sendGuestMessage.resetsAt)).toBeGreaterThan(Date.now())
    const { viewer } = await alice.run(
      '{ viewer { company { settings { sms { sentThisMonth monthlyCap } } } } }',
    )
    expect(viewer.company.settings.sms).toEqual({ sentThisMonth: 3, monthlyCap: 3 })
    await query(
      app.database.adminUrl,
      `update sms_pace set month = '2020-01' where company_id = '${acme.companyUuid}'`,
    )
    await hurry(app)
    await untilCounts(sara, guestMessage.id, { SENT: 5 })
  })
})

describe('settings for SMS', () => {
  it('are read and changed, and a number of another company is refused', async () => {
    const { alice, sara } = acme
    const globex = await app.company('Globex', { gina: 'owner' })
    const number = `+1415556${String(Math.floor(Math.random() * 9000) + 1000)}`
    await openAllDay(alice, {
      from: number,
      helpBusiness: 'Acme Inn',
      stopWords: ['ARRET'],
      meta: { a: [1] },
    })
    const { viewer } = await alice.run(
      '{ viewer { company { settings { sms { from helpBusiness stopWords meta keywordReplies quietFrom batchSize } } } } }',
    )
    expect(viewer.company.settings.sms).toEqual({
      from: number,
      helpBusiness: 'Acme Inn',
      stopWords: ['ARRET'],
      meta: { a: [1] },
      keywordReplies: 'COLLOQUY',
      quietFrom: null,
      batchSize: 1000,
    })
    for (const from of [number, '+15005550006']) {
      expect(await globex.gina.mutate('updateSmsSettings', { from })).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: ['from'] }],
      })
    }
    expect(await sara.mutate('updateSmsSettings', { batchSize: 5 })).toMatchObject({
      permission: 'COMPANY_MANAGE',
    })
    for (const bad of [
      { batchSize: 0 },
      { quietFrom: '25:00' },
      { timeZone: 'Mars' },
      { helpWebsite: 'javascript:x' },
    ]) {
      expect(await alice.mutate('updateSmsSettings', bad as Data)).toMatchObject({
        __typename: 'InvalidInputError',
      })
    }
    const [guestId] = await guestsWith(sara, ['+14155550123'])
    const { guestMessage } = await send(sara, { guestIds: [guestId], body: 'From our own number' })
    await untilCounts(sara, guestMessage.id, { SENT: 1 })
    expect((await written(app)).filter((text) => text.includes('From our own'))).toEqual([
      expect.stringContaining(`From: ${number}\n`),
    ])
    expect((await guestWith(sara, '+14155550123')).consent).toBe('SUBSCRIBED')
  })
})
