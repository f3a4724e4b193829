import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { cursorsOf, followConversation, followInbox } from '../support/following.ts'
import { positionOf } from '../support/stored-events.ts'

const INBOX = '... on ConversationActivity { cursor message { seq body } } ... on Discontinuity { cursor }'
const EVENTS =
  '... on MessageSent { cursor message { seq body } } ... on ConversationChanged { cursor } ... on Discontinuity { cursor }'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const bodiesOf = (events: Data[]) => events.flatMap(({ message }) => message?.body ?? [])

function expectInOrder(events: Data[]): void {
  const positions = events.map(({ cursor }) => positionOf(cursor))
  expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b))
}

describe('a subscriber', () => {
  it('receives each of 1,000 messages of 20 writers once and in order', { timeout: 600_000 }, async () => {
    const names = Array.from({ length: 20 }, (_, at) => `writer${at}`)
    const acme = await app.company('Acme', Object.fromEntries(names.map((name) => [name, 'member'])))
    const writers = names.map((name) => acme[name as keyof typeof acme] as Client)
    const [first, ...others] = writers as [Client, ...Client[]]
    const groups = await Promise.all([0, 1, 2, 3, 4].map((at) => first.group(`Group ${at}`, others)))
    const inboxes = await Promise.all(
      writers
        .slice(0, 5)
        .map(async (client) =>
          followInbox(client, 'WebSocket', INBOX, (await cursorsOf(client, groups[0] ?? '')).inbox),
        ),
    )
    const conversations = await Promise.all(
      groups.map(async (id, at) => {
        const client = writers[5 + at] ?? first
        return followConversation(
          client,
          at % 2 ? 'SSE' : 'WebSocket',
          id,
          EVENTS,
          (await cursorsOf(client, id)).events,
        )
      }),
    )
    const said = await Promise.all(
      writers.map(async (client, writer) => {
        const sent: Data[] = []
        for (let at = 0; at < 50; at += 1) {
          sent.push(await client.say({ conversationId: groups[(writer + at) % 5] ?? '' }, `${writer}.${at}`))
        }
        return sent
      }),
    )
    const bySeq = (a: Data, b: Data) => a.seq - b.seq
    const expected = groups.map((id) =>
      said
        .flat()
        .filter((sent) => sent.conversationId === id)
        .sort(bySeq),
    )
    for (const [at, recorder] of conversations.entries()) {
      const events = await recorder.count(200)
      expect(bodiesOf(events)).toEqual(expected[at]?.map(({ body }) => body))
      expectInOrder(events)
    }
    for (const recorder of inboxes) {
      const events = await recorder.count(1_000)
      expect(events).toHaveLength(1_000)
      expectInOrder(events)
      for (const sent of expected) {
        const bodies = new Set(sent.map(({ body }) => body))
        const here = events.flatMap(({ message }) => (bodies.has(message.body) ? [message] : []))
        expect(here).toEqual(sent.map(({ seq, body }) => ({ seq, body })))
      }
    }
    for (const recorder of [...inboxes, ...conversations]) await recorder[Symbol.asyncDispose]()
  })
})
