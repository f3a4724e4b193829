import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { cursorsOf, followConversation, followInbox } from '../support/following.ts'
import { changeManyTimes, positionOf, range } from '../support/stored-events.ts'

const INBOX = '... on ConversationActivity { cursor message { seq body } } ... on Discontinuity { cursor }'
const EVENTS =
  '... on MessageSent { cursor message { seq body } } ... on ConversationChanged { cursor } ... on Discontinuity { cursor }'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const bodiesOf = (events: Data[]) => events.flatMap(({ message }) => message?.body ?? [])

describe('a subscriber', () => {
  it('that was cut off resumes with everything missed, once and in order', async () => {
    const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const groupId = await alice.group('Team', [bob])
    let { inbox: after } = await cursorsOf(bob, groupId)
    const writing = (async () => {
      for (let at = 0; at < 150; at += 1) await alice.say({ conversationId: groupId }, `${at}`)
    })()
    const received: Data[] = []
    while (received.length < 150) {
      const inbox = followInbox(bob, received.length % 2 ? 'SSE' : 'WebSocket', INBOX, after)
      await inbox.count(Math.min(1 + (received.length % 7), 150 - received.length))
      await inbox[Symbol.asyncDispose]()
      received.push(...inbox.events)
      after = received.at(-1)?.cursor
    }
    await writing
    expect(bodiesOf(received)).toEqual(Array.from({ length: 150 }, (_, at) => `${at}`))
  })

  it('that comes back after more than a queue holds still gets all of it, and goes on live', async () => {
    const { alice, bob, companyUuid } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const groupId = await alice.group('Team', [bob])
    const { events: after } = await cursorsOf(bob, groupId)
    const last = await changeManyTimes(app, companyUuid, groupId, 2_500)
    await using group = followConversation(bob, 'WebSocket', groupId, EVENTS, after)
    const events = await group.count(2_500)
    expect(new Set(events.map(({ __typename }) => __typename))).toEqual(new Set(['ConversationChanged']))
    expect(events.map(({ cursor }) => positionOf(cursor))).toEqual(range(last - 2_499, last))
    await alice.say({ conversationId: groupId }, 'live again')
    await group.event(({ message }) => message?.body === 'live again')
  })
})

describe('a cursor', () => {
  it('read with the data leaves nothing between the two, in 50 races', async () => {
    const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const groupId = await alice.group('Team', [bob])
    for (let round = 0; round < 50; round += 1) {
      const [page] = await Promise.all([
        bob.run(
          `query ($id: ID!) { viewer { inboxCursor } conversation(id: $id) { lastSeq messages(last: 10) { nodes { seq body } } eventsCursor } }`,
          { id: groupId },
        ),
        alice.say({ conversationId: groupId }, `a${round}`),
        alice.say({ conversationId: groupId }, `b${round}`),
      ])
      const { messages, eventsCursor } = page.conversation
      await using group = followConversation(bob, 'WebSocket', groupId, EVENTS, eventsCursor)
      await using inbox = followInbox(bob, 'WebSocket', INBOX, page.viewer.inboxCursor)
      for (const recorder of [group, inbox]) {
        const seqs = await recorder.until(({ events }) => {
          const known = [...messages.nodes, ...events.map(({ message }) => message)].map(({ seq }) => seq)
          return known.includes(2 * round + 2) && known.includes(2 * round + 1) && known
        })
        const live = recorder.events.map(({ message }) => message.seq)
        expect(live).toEqual([...new Set(live)].sort((a, b) => a - b))
        expect(Math.max(...(seqs as number[]))).toBe(2 * round + 2)
      }
    }
  })

  it('given out with an event goes on from that event', async () => {
    const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const groupId = await alice.group('Team', [bob])
    const { inbox: after } = await cursorsOf(bob, groupId)
    const selection = '... on ConversationActivity { conversation { eventsCursor } message { body } }'
    await using inbox = followInbox(bob, 'WebSocket', selection, after)
    for (const body of ['1', '2', '3']) await alice.say({ conversationId: groupId }, body)
    const [, second] = await inbox.count(3)
    await using group = followConversation(
      bob,
      'WebSocket',
      groupId,
      EVENTS,
      second.conversation.eventsCursor,
    )
    expect(bodiesOf(await group.count(1))).toEqual(['3'])
  })
})
