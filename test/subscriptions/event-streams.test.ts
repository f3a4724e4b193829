import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { type EventStream, openEventStream } from '../support/event-stream.ts'
import { cursorsOf, followInbox } from '../support/following.ts'
import { sharedApp } from '../support/shared-app.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const INBOX = `subscription ($after: String) { inboxEvents(after: $after) {
  __typename ... on ConversationActivity { cursor message { body } } } }`
const EVENTS = `subscription ($id: ID!) { conversationEvents(conversationId: $id) {
  ... on MessageSent { message { body } } } }`
const beat = (status: string) => `mutation { heartbeat(input: { status: ${status} }) { __typename } }`
const PRESENCE = 'subscription { presenceChanged { status } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let groupId: string
beforeAll(async () => {
  app = await sharedApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())
failOnUnhandledRejections()

async function say(...texts: string[]): Promise<void> {
  for (const text of texts) await acme.alice.say({ conversationId: groupId }, text)
}

async function bodies(stream: EventStream, count: number): Promise<string[]> {
  const found: string[] = []
  while (found.length < count) found.push((await stream.event()).event.message.body)
  return found
}

describe('the id of an event', () => {
  it('is its cursor', async () => {
    const { inbox: after } = await cursorsOf(acme.bob, groupId)
    await say('one', 'two')
    await using stream = await openEventStream(acme.bob, INBOX, { after })
    const [one, two] = [await stream.event(), await stream.event()]
    expect([one.id, two.id]).toEqual([one.event.cursor, two.event.cursor])
    expect(one.id).not.toBe(two.id)
  })

  it('sent back as Last-Event-ID goes on after it, once and in order, and then live', async () => {
    const { inbox: after } = await cursorsOf(acme.bob, groupId)
    await say('one', 'two', 'three', 'four')
    const { id = '' } = await eventAt(2, after)
    // A client that reconnects repeats its request: `after` still says where it began.
    await using again = await openEventStream(acme.bob, INBOX, { after }, { 'last-event-id': id })
    await using bare = await openEventStream(acme.bob, INBOX, {}, { 'last-event-id': id })
    for (const stream of [again, bare]) expect(await bodies(stream, 2)).toEqual(['three', 'four'])
    await say('five')
    for (const stream of [again, bare]) expect(await bodies(stream, 1)).toEqual(['five'])
  })

  it("resumes a conversation's events, even if they show no cursor", async () => {
    const { events } = await cursorsOf(acme.bob, groupId)
    await say('one', 'two')
    const variables = { id: groupId }
    await using first = await openEventStream(acme.bob, EVENTS, variables, { 'last-event-id': events })
    const { id = '', event } = await first.event()
    expect(event).toEqual({ message: { body: 'one' } })
    await using second = await openEventStream(acme.bob, EVENTS, variables, { 'last-event-id': id })
    expect(await bodies(second, 1)).toEqual(['two'])
  })

  it('may come back empty, which is none', async () => {
    const { inbox: after } = await cursorsOf(acme.bob, groupId)
    await say('one')
    await using stream = await openEventStream(acme.bob, INBOX, { after }, { 'last-event-id': '' })
    expect(await bodies(stream, 1)).toEqual(['one'])
  })

  it.each([
    ['forged', async () => Buffer.alloc(24, 7).toString('base64url')],
    ['no cursor at all', async () => '42'],
    ["somebody else's", async () => (await cursorsOf(acme.alice, groupId)).inbox],
    ["another stream's", async () => (await cursorsOf(acme.bob, groupId)).events],
  ])('gives CURSOR_EXPIRED and no data if it is %s', async (_what, make) => {
    const { inbox: after } = await cursorsOf(acme.bob, groupId)
    await say('one')
    const headers = { 'last-event-id': await make() }
    await using stream = await openEventStream(acme.bob, INBOX, { after }, headers)
    const { id, data } = (await stream.next()) ?? {}
    const answer = JSON.parse(data ?? '')
    expect(answer.errors[0].extensions).toEqual({ code: 'CURSOR_EXPIRED' })
    expect([id, answer.data ?? null]).toEqual([undefined, null])
    expect(await stream.next()).toMatchObject({ event: 'complete' })
  })

  it('is not there where nothing is replayed, nor on a WebSocket', async () => {
    await acme.alice.run(beat('ONLINE'))
    await using stream = await openEventStream(acme.bob, PRESENCE)
    await acme.alice.run(beat('AWAY'))
    expect(await stream.event()).toEqual({ id: undefined, event: { status: 'AWAY' } })

    const { inbox } = await cursorsOf(acme.bob, groupId)
    await say('one')
    await using recorder = followInbox(acme.bob, 'WebSocket', '', inbox)
    await recorder.count(1)
    expect(recorder.answers).toEqual([{ data: { inboxEvents: { __typename: 'ConversationActivity' } } }])
  })

  async function eventAt(position: number, after: string) {
    await using stream = await openEventStream(acme.bob, INBOX, { after })
    for (let at = 1; at < position; at += 1) await stream.event()
    return stream.event()
  }
})
