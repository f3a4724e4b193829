import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { receiveSms } from '../../src/sms/operations/receive-sms.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { openEventStream } from '../support/event-stream.ts'
import { positionOf } from '../support/stored-events.ts'
import { guestsWith, openAllDay, send, untilCounts } from './guest-kit.ts'
import { newSid } from './twilio-endpoint.ts'

const EVENTS = `subscription ($after: String) { guestEvents(after: $after) { __typename
  ... on InboundReceived { cursor message { body } }
  ... on DeliveryAdvanced { cursor delivery { status message { id counts { status count } } } }
  ... on ConsentChanged { cursor guest { consent } }
  ... on Discontinuity { cursor } } }`

let app: TestApp
let acme: TestCompany<'alice' | 'sara' | 'bob'>
let globex: TestCompany<'gina'>
let guestIds: string[]
let phone = ''
let next = 1000
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', sara: 'supervisor', bob: 'member' })
  globex = await app.company('Globex', { gina: 'owner' })
  await openAllDay(acme.alice)
  // The number of the default provider is shared: STOP on it would hold in the next test.
  next += 1
  phone = `+1212555${next}`
  guestIds = await guestsWith(acme.sara, [phone, `+1628555${next}`])
})

async function cursorOf(client: Client): Promise<string> {
  return (await client.run('{ viewer { guestEventsCursor } }')).viewer.guestEventsCursor
}

/** A message that is sent, answered and followed by an opt-out: everything that guestEvents tells of. */
async function playItAll(): Promise<string> {
  const { guestMessage } = await send(acme.sara, { guestIds })
  await untilCounts(acme.sara, guestMessage.id, { SENT: 2 })
  const sms = { from: phone, to: '+15005550006' }
  await receiveSms(app.application.services, { sid: newSid(), ...sms, body: 'At seven' })
  await receiveSms(app.application.services, { sid: newSid(), ...sms, body: 'STOP' })
  return guestMessage.id
}

const TYPES = [
  ...Array.from({ length: 4 }, () => 'DeliveryAdvanced'),
  'InboundReceived',
  'ConsentChanged',
  'InboundReceived',
]
const typesOf = (events: Data[]) => events.map(({ __typename }) => __typename)

describe('guestEvents', () => {
  it('sends what has happened since the cursor of a query first, each event once and in order', async () => {
    const after = await cursorOf(acme.sara)
    await playItAll()
    await using all = acme.sara.subscribe(EVENTS, { after })
    await all.count(TYPES.length)
    expect(typesOf(all.events)).toEqual(TYPES)
    const positions = all.events.map(({ cursor }) => positionOf(cursor))
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other))
    for (const [at, { cursor }] of all.events.slice(0, -1).entries()) {
      await using rest = acme.sara.subscribe(EVENTS, { after: cursor })
      await rest.count(TYPES.length - at - 1)
      expect(rest.events.map((event) => event.cursor)).toEqual(
        all.events.slice(at + 1).map((event) => event.cursor),
      )
    }
  })

  it('resumes over Server-Sent Events by the header', async () => {
    const after = await cursorOf(acme.sara)
    await playItAll()
    await using stream = await openEventStream(acme.sara, EVENTS, {}, { 'last-event-id': after })
    const received: Data[] = []
    while (received.length < TYPES.length) received.push((await stream.event()).event)
    expect(typesOf(received)).toEqual(TYPES)
  })

  it('tells the counts of the message live, up to the last status', async () => {
    await using live = acme.sara.subscribe(EVENTS, { after: await cursorOf(acme.sara) })
    const id = await playItAll()
    await live.count(TYPES.length)
    const advanced = live.events.filter(({ __typename }) => __typename === 'DeliveryAdvanced')
    expect(new Set(advanced.map(({ delivery }) => delivery.message.id))).toEqual(new Set([id]))
    expect(advanced.at(-1)?.delivery.message.counts).toEqual([{ status: 'SENT', count: 2 }])
  })

  it('refuses the cursor of another stream, of another person and of another company', async () => {
    const { inboxCursor } = (await acme.sara.run('{ viewer { inboxCursor } }')).viewer
    for (const after of [inboxCursor, await cursorOf(acme.alice), await cursorOf(globex.gina), 'x', '']) {
      await using refused = acme.sara.subscribe(EVENTS, { after })
      expect((await refused.rejection()).extensions?.code).toBe('CURSOR_EXPIRED')
    }
  })

  it('is for people with GUEST_MESSAGE, and tells nothing of another company', async () => {
    expect(await cursorOf(acme.bob)).toBeNull()
    await using forbidden = acme.bob.subscribe(EVENTS)
    expect((await forbidden.rejection()).extensions?.code).toBe('FORBIDDEN')
    await using theirs = globex.gina.subscribe(EVENTS, { after: await cursorOf(globex.gina) })
    await playItAll()
    const [guestId] = await guestsWith(globex.gina, ['+12125550125'])
    await globex.gina.mutate('recordGuestConsent', { guestId, state: 'OPTED_OUT' })
    await theirs.count(1)
    expect(theirs.events).toMatchObject([{ __typename: 'ConsentChanged' }])
  })
})
