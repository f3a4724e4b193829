import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { INBOX, signCursor } from '../../src/events/cursor.ts'
import type { StreamValue } from '../../src/subscriptions/stream-value.ts'
import { inboxStream } from '../../src/subscriptions/streams.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { contextOf } from '../support/context.ts'
import { cursorsOf, followConversation } from '../support/following.ts'
import { type Frame, openSocket } from '../support/raw-socket.ts'
import { changeManyTimes, range } from '../support/stored-events.ts'

const EVENTS = '... on MessageSent { message { seq body } } ... on Discontinuity { cursor }'
const OVERFLOWS = 'colloquy_live_overflows_total'
const SOON = { interval: 50, timeout: 30_000 }
const WATCH = `subscription ($id: ID!, $after: String) {
  conversationEvents(conversationId: $id, after: $after) { __typename ${EVENTS} } }`

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

async function metric(name: string): Promise<string | undefined> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  return text.split('\n').find((line) => line.startsWith(`${name} `))
}

async function collect(stream: AsyncIterable<StreamValue>, max = Number.POSITIVE_INFINITY) {
  const values: StreamValue[] = []
  for await (const value of stream) {
    values.push(value)
    if (values.length >= max) break
  }
  return values
}

async function inboxCursor(companyUuid: string, { uuid }: Client, position: number): Promise<string> {
  const keys = await app.application.services.keyring.forCompany(companyUuid)
  return signCursor(keys, { userId: uuid, stream: INBOX }, position)
}

describe('a subscriber that does not keep up', () => {
  it('ends with Discontinuity after the queued events, and resumes from its cursor', {
    timeout: 60_000,
  }, async () => {
    const { alice, bob, companyUuid } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const groupId = await alice.group('Team', [bob])
    const context = await contextOf(app, companyUuid, bob)
    const stalled = await inboxStream(context, undefined)
    await alice.say({ conversationId: groupId }, 'begin')
    await stalled.next()
    const overflows = await metric(OVERFLOWS)
    const last = await changeManyTimes(app, companyUuid, groupId, 1_100)
    await alice.say({ conversationId: groupId }, 'the end')
    await vi.waitFor(async () => expect(await metric(OVERFLOWS)).not.toBe(overflows), SOON)
    const values = await collect(stalled)
    const first = last - 1_099
    expect(values.map(({ position }) => position)).toEqual([...range(first, first + 999), first + 999])
    expect(values.at(-1)?.type).toBe('Discontinuity')
    const rest = await inboxStream(context, await inboxCursor(companyUuid, bob, first + 999))
    const healed = await collect(rest, 101)
    expect(healed.map(({ position }) => position)).toEqual(range(first + 1_000, last + 1))
    expect(healed.at(-1)?.type).toBe('ConversationActivity')
  })

  it('is held to its bytes as well as to its events', { timeout: 90_000 }, async () => {
    const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const groupId = await alice.group('Team', [bob])
    const { events: after } = await cursorsOf(bob, groupId)
    const overflows = await metric(OVERFLOWS)
    const stalled = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
    stalled.say({
      type: 'subscribe',
      id: 'stalled',
      payload: { query: WATCH, variables: { id: groupId, after } },
    })
    stalled.socket.pause()
    const long = 'x'.repeat(32_000)
    let sent = 0
    while ((await metric(OVERFLOWS)) === overflows) {
      await Promise.all(Array.from({ length: 20 }, () => alice.say({ conversationId: groupId }, long)))
      sent += 20
    }
    stalled.socket.resume()
    const isLast = ({ payload }: Frame) => payload?.data?.conversationEvents.__typename === 'Discontinuity'
    const { cursor } = (await stalled.frame(isLast)).payload.data.conversationEvents
    await stalled.frame(({ type }) => type === 'complete')
    const heard = stalled.frames.flatMap(
      ({ payload }) => payload?.data?.conversationEvents.message?.seq ?? [],
    )
    // The buffers of the operating system for a client that does not read are outside of the server, and bounded.
    expect(heard.length).toBeLessThan(sent)
    await using rest = followConversation(bob, 'WebSocket', groupId, EVENTS, cursor)
    const events = await rest.count(sent - heard.length)
    const seqs = [...heard, ...events.map(({ message }) => message.seq)]
    expect(seqs).toEqual(Array.from({ length: sent }, (_, at) => at + 1))
    stalled.socket.close()
  })
})
