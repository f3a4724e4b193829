import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from '../support/following.ts'
import { range } from '../support/stored-events.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

const INBOX = `... on ConversationActivity { cursor conversation { id } message { id body } }
  ... on ConversationRemoved { cursor conversationId } ... on Discontinuity { cursor }`
const EVENTS = `... on MessageSent { cursor message { id body retractedAt } } ... on MessageEdited { cursor message { body } }
  ... on MessageRetracted { cursor message { body } } ... on Discontinuity { cursor }`

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.carol])
})
afterAll(() => app[Symbol.asyncDispose]())

describe.each<Transport>(['WebSocket', 'SSE'])('what is replayed over %s', (transport) => {
  it('is as of today: edited, retracted, deleted for oneself', async () => {
    const { alice, bob } = acme
    const { inbox, events } = await cursorsOf(bob, groupId)
    const say = (body: string) => alice.say({ conversationId: groupId }, body)
    const kept = await say('kept')
    const edited = await say('first words')
    const retracted = await say('taken back')
    const hidden = await say('not for Bob')
    await alice.mutate('editMessage', { messageId: edited.id, body: 'better words' })
    await alice.mutate('retractMessage', { messageId: retracted.id })
    await bob.mutate('hideMessage', { messageId: hidden.id })
    const last = await say('last')

    await using group = followConversation(bob, transport, groupId, EVENTS, events)
    await using mine = followInbox(bob, transport, INBOX, inbox)
    for (const recorder of [group, mine]) await recorder.event(({ message }) => message?.id === last.id)
    const bodies = (recorder: typeof group, type: string) =>
      new Map(
        recorder.events
          .filter(({ __typename }) => __typename === type)
          .map(({ message }) => [message.id, message.body]),
      )
    const expected = new Map([
      [kept.id, 'kept'],
      [edited.id, 'better words'],
      [retracted.id, null],
      [last.id, 'last'],
    ])
    expect(bodies(group, 'MessageSent')).toEqual(expected)
    expect(bodies(mine, 'ConversationActivity')).toEqual(expected)
    expect(JSON.stringify([group.events, mine.events])).not.toMatch(/first words|taken back|not for Bob/)
  })

  it('holds nothing of a conversation that was left meanwhile', async () => {
    const { alice, bob } = acme
    const { inbox } = await cursorsOf(bob, groupId)
    await alice.say({ conversationId: groupId }, 'said while he was there')
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
    await alice.say({ conversationId: groupId }, 'said behind his back')
    const { conversationId: direct } = await alice.say({ recipientId: bob.userId }, 'to him alone')
    await using mine = followInbox(bob, transport, INBOX, inbox)
    await mine.event(({ conversation }) => conversation?.id === direct)
    expect(mine.events.map(({ __typename, conversationId }) => [__typename, conversationId])).toEqual([
      ['ConversationRemoved', groupId],
      ['ConversationActivity', undefined],
    ])
  })
})

it('a transaction that is held open delays its own company alone, and nothing is passed over', async () => {
  const globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
  const theirs = await globex.gina.group('Theirs', [globex.greg])
  await using bob = await acme.bob.watch(groupId, EVENTS)
  await using greg = await globex.greg.watch(theirs, EVENTS)
  const holder = new pg.Client(app.database.adminUrl)
  await holder.connect()
  await holder.query('begin')
  await holder.query('update company_streams set position = position where company_id = $1', [
    acme.companyUuid,
  ])
  const delayed = range(1, 10).map((at) => acme.alice.say({ conversationId: groupId }, `delayed ${at}`))
  await waitingStatements(app.database.adminUrl, (pids) => pids.length > 0)

  for (const at of range(1, 10)) await globex.gina.say({ conversationId: theirs }, `at once ${at}`)
  await greg.count(10)
  expect(bob.events).toEqual([])
  await holder.query('commit')
  await holder.end()
  const sent = await Promise.all(delayed)
  const heard = await bob.count(10)
  expect(heard.map(({ message }) => message.id)).toEqual(
    sent.sort((one, other) => one.seq - other.seq).map(({ id }) => id),
  )
})

it('messages of the greatest length are replayed in one go', async () => {
  const { alice, bob, carol } = acme
  const { events: after } = await cursorsOf(carol, groupId)
  const body = 'x'.repeat(32 * 1024)
  const sends = range(1, 20).flatMap(() =>
    [alice, bob].map((each) => each.say({ conversationId: groupId }, body)),
  )
  await Promise.all(sends)
  const sent = '... on MessageSent { message { seq } } ... on Discontinuity { cursor }'
  await using late = followConversation(carol, 'WebSocket', groupId, sent, after)
  const events = await late.count(40)
  expect(events.map(({ message }) => message?.seq)).toEqual(range(1, 40))
})

it('the last event of a backlog and the event after it show the data of their time', async () => {
  const { alice, bob } = acme
  const { inbox: after } = await cursorsOf(bob, groupId)
  const say = (body: string) => alice.say({ conversationId: groupId }, body)
  for (const at of range(1, 5)) await say(`missed ${at}`)
  const shown = `... on ConversationActivity {
    message { seq conversation { unreadCount lastMessage { body } } } conversation { title unreadCount } unread { group } }
    ... on InboxConversationChanged { conversation { title } }`
  await using mine = followInbox(bob, 'WebSocket', shown, after)
  const at = (count: number, title: string) => ({
    message: { seq: count, conversation: { unreadCount: count, lastMessage: { body: expect.any(String) } } },
    conversation: { title, unreadCount: count },
    unread: { group: count },
  })
  expect((await mine.count(5)).at(-1)).toMatchObject(at(5, 'Team'))
  await say('live')
  expect((await mine.count(6)).at(-1)).toMatchObject(at(6, 'Team'))
  await alice.mutate('updateGroup', { groupId, title: 'Renamed' })
  expect((await mine.count(7)).at(-1)).toMatchObject({ conversation: { title: 'Renamed' } })
})
