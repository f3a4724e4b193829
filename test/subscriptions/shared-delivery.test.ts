import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { liveLag } from '../../src/metrics/metrics.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from '../support/following.ts'
import type { Recorder } from '../support/recorder.ts'
import { statementsOf } from '../support/statements.ts'

const EVENTS = `... on MessageSent { cursor message { id seq body author { name } } }
  ... on MessageEdited { cursor message { seq body } }
  ... on ReactionsChanged { cursor message { seq reactions { emoji count reactedByViewer } } }
  ... on ConversationRemoved { cursor conversationId }`
const INBOX = `... on ConversationActivity { cursor notify unread { total mentions }
    conversation { id unreadCount isMuted } message { seq body status author { id } } }
  ... on ConversationRemoved { cursor conversationId }`
const NAMES = ['alice', 'bob', 'carol', 'dave'] as const

let app: TestApp
let acme: TestCompany<(typeof NAMES)[number]>
let groupId: string
beforeAll(async () => {
  app = await startApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.carol, acme.dave])
})
afterAll(() => app[Symbol.asyncDispose]())

const bodiesOf = ({ events }: Recorder) => events.map(({ message }) => message?.body)
const cursorsIn = ({ events }: Recorder) => events.map(({ cursor }) => cursor)

describe.each<Transport>(['WebSocket', 'SSE'])('what is executed once for many over %s', (transport) => {
  /** Two streams of the same person that ask alike. */
  const twice = async (client: Client): Promise<Recorder[]> => {
    const { events } = await cursorsOf(client, groupId)
    return [1, 2].map(() => followConversation(client, transport, groupId, EVENTS, events))
  }
  const close = (recorders: Recorder[]) =>
    Promise.all(recorders.map((recorder) => recorder[Symbol.asyncDispose]()))

  it('has for each person the cursors of that person alone', async () => {
    const { alice, bob, carol } = acme
    const streams = await Promise.all([bob, carol].map(twice))
    for (const body of ['one', 'two', 'three']) await alice.say({ conversationId: groupId }, body)
    for (const stream of streams.flat()) await stream.count(3)
    const [ofBob, ofCarol] = streams as [Recorder[], Recorder[]]
    for (const stream of streams.flat()) expect(bodiesOf(stream)).toEqual(['one', 'two', 'three'])
    expect(cursorsIn(ofBob[0] as Recorder)).toEqual(cursorsIn(ofBob[1] as Recorder))
    expect(cursorsIn(ofCarol[0] as Recorder)).toEqual(cursorsIn(ofCarol[1] as Recorder))
    const first = (recorder: Recorder | undefined) => recorder?.events[0]?.cursor
    expect(first(ofBob[0])).not.toBe(first(ofCarol[0]))
    await using resumed = followConversation(bob, transport, groupId, EVENTS, first(ofBob[0]))
    expect((await resumed.count(2)).map(({ message }: Data) => message.body)).toEqual(['two', 'three'])
    await using foreign = followConversation(bob, transport, groupId, EVENTS, first(ofCarol[0]))
    const [answer] = await foreign.until(({ answers }) => answers.length > 0 && answers)
    expect(answer?.errors?.[0]?.extensions?.code).toBe('CURSOR_EXPIRED')
    await close(streams.flat())
  })

  it('shows to nobody what that person has hidden, and to no one who was removed what follows', async () => {
    const { alice, bob, carol, dave } = acme
    const streams = { bob: await twice(bob), carol: await twice(carol), dave: await twice(dave) }
    const { id } = await alice.say({ conversationId: groupId }, 'hidden by one')
    for (const stream of Object.values(streams).flat()) await stream.count(1)
    await carol.mutate('hideMessage', { messageId: id })
    await alice.mutate('editMessage', { messageId: id, body: 'edited' })
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: dave.userId })
    await alice.say({ conversationId: groupId }, 'for who is there')
    const isLast = ({ message }: Data) => message?.body === 'for who is there'
    for (const stream of [...streams.bob, ...streams.carol]) await stream.event(isLast)
    for (const stream of streams.dave) await stream.until(({ isComplete }) => isComplete)
    for (const stream of streams.bob) expect(bodiesOf(stream)).toContain('edited')
    for (const stream of streams.carol) expect(bodiesOf(stream)).not.toContain('edited')
    for (const stream of streams.dave) {
      expect(bodiesOf(stream)).not.toContain('for who is there')
      expect(stream.events.at(-1)).toMatchObject({ __typename: 'ConversationRemoved' })
    }
    await close(Object.values(streams).flat())
  })

  it('tells each person of their own reactions', async () => {
    const { alice, bob, carol } = acme
    const { id } = await alice.say({ conversationId: groupId }, 'liked')
    const streams = { bob: await twice(bob), carol: await twice(carol) }
    await bob.mutate('setReaction', { messageId: id, emoji: '👍', on: true })
    const changed = ({ __typename }: Data) => __typename === 'ReactionsChanged'
    for (const [name, recorders] of Object.entries(streams))
      for (const stream of recorders)
        expect((await stream.event(changed)).message.reactions).toEqual([
          { emoji: '👍', count: 1, reactedByViewer: name === 'bob' },
        ])
    await close(Object.values(streams).flat())
  })

  it('counts for each person what that person has not read', async () => {
    const { alice, bob, carol, dave } = acme
    await alice.say({ conversationId: groupId }, 'earlier')
    await bob.mutate('markRead', { conversationId: groupId })
    await dave.mutate('muteConversation', { conversationId: groupId })
    const streams = await Promise.all(
      [alice, bob, carol, dave].map(async (client) => {
        const { inbox } = await cursorsOf(client, groupId)
        return [1, 2].map(() => followInbox(client, transport, INBOX, inbox))
      }),
    )
    await alice.say({ conversationId: groupId }, 'now', { mentionIds: [carol.userId] })
    const shown = await Promise.all(
      streams.flat().map((stream) => stream.event(({ message }) => message?.body === 'now')),
    )
    const facts = shown.map(({ notify, unread, conversation, message }) => [
      notify,
      unread.total,
      unread.mentions,
      conversation.unreadCount,
      conversation.isMuted,
      message.status,
    ])
    const expected = [
      [false, 0, 0, 0, false, 'SENT'],
      [true, 1, 0, 1, false, null],
      [true, 2, 1, 2, false, null],
      [false, 0, 0, 2, true, null],
    ]
    expect(facts).toEqual(expected.flatMap((each) => [each, each]))
    await close(streams.flat())
  })
})

it('the actions that each person is allowed on a message are read for all of them at once', async () => {
  const { alice, bob, carol, dave } = acme
  const streams = await Promise.all(
    [alice, bob, carol, dave].map(async (client) => {
      const { events } = await cursorsOf(client, groupId)
      return followConversation(
        client,
        'WebSocket',
        groupId,
        '... on MessageSent { cursor message { body allowedActions } }',
        events,
      )
    }),
  )
  await alice.say({ conversationId: groupId }, 'All are there')
  for (const stream of streams) await stream.count(1)
  const statements = await statementsOf(async () => {
    await bob.say({ conversationId: groupId }, 'Hello')
    for (const stream of streams) await stream.count(2)
  })
  const others = ['REPLY', 'HIDE', 'REACT', 'REPORT']
  expect(streams.map(({ events }) => events[1]?.message.allowedActions)).toEqual([
    ['REPLY', 'RETRACT', 'HIDE', 'REACT', 'REPORT', 'MODERATE'],
    ['REPLY', 'EDIT', 'RETRACT', 'HIDE', 'REACT'],
    others,
    others,
  ])
  const reads = statements.filter((text) => text.includes('message_refusal'))
  expect(reads.length).toBeGreaterThan(0)
  for (const text of reads) expect(text).toContain('viewer_id')
  for (const stream of streams) await stream[Symbol.asyncDispose]()
})

it('the lag from a message to its answer is in the metrics', async () => {
  const { alice, bob } = acme
  const { events } = await cursorsOf(bob, groupId)
  await using stream = followConversation(bob, 'WebSocket', groupId, EVENTS, events)
  const count = async () =>
    (await liveLag.get()).values.find(({ metricName }) => metricName?.endsWith('_count'))
  const before = (await count())?.value ?? 0
  // Only what is not replayed has a lag.
  for (let at = 0; ((await count())?.value ?? 0) === before; at += 1) {
    await alice.say({ conversationId: groupId }, `now ${at}`)
    await stream.count(at + 1)
  }
})
