import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from '../support/following.ts'
import type { Recorder } from '../support/recorder.ts'
import { sharedApp } from '../support/shared-app.ts'

const UNREAD = 'unread { total direct group mentions }'
const INBOX = `... on ConversationActivity { cursor conversation { id title unreadCount } message { seq body author { name } } ${UNREAD} notify }
  ... on ConversationRead { cursor conversation { id unreadCount } ${UNREAD} }
  ... on InboxConversationChanged { cursor conversation { id title isMuted participantCount } ${UNREAD} }
  ... on ConversationRemoved { cursor conversationId ${UNREAD} }`
const EVENTS = `... on MessageSent { cursor message { id seq body author { name } parent { id } conversation { id } } }
  ... on ReceiptAdvanced { cursor user { name } status upToSeq at }
  ... on ParticipantsChanged { cursor conversation { id participantCount } joined { name } left { name } }
  ... on ConversationChanged { cursor conversation { id title description isMuted } }
  ... on ConversationRemoved { cursor conversationId }`

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const ofType = (name: string) => (event: Data) => event.__typename === name
const unreadNow = async (client: Client) => (await client.run(`{ viewer { ${UNREAD} } }`)).viewer.unread

describe.each<Transport>(['WebSocket', 'SSE'])('events over %s', (transport) => {
  let groupId: string
  beforeAll(async () => {
    acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'member' })
    groupId = await acme.alice.group('Team', [acme.bob, acme.carol])
  })

  async function follow(client: Client): Promise<{ inbox: Recorder; group: Recorder } & AsyncDisposable> {
    const { inbox, events } = await cursorsOf(client, groupId)
    const recorders = {
      inbox: followInbox(client, transport, INBOX, inbox),
      group: followConversation(client, transport, groupId, EVENTS, events),
    }
    return {
      ...recorders,
      [Symbol.asyncDispose]: async () => {
        await recorders.inbox[Symbol.asyncDispose]()
        await recorders.group[Symbol.asyncDispose]()
      },
    }
  }

  it('tell of a message in the inbox and in the conversation', async () => {
    const { alice, bob } = acme
    await using seen = await follow(bob)
    const sent = await alice.say({ conversationId: groupId }, 'Hello 🌍')
    expect(await seen.inbox.event(ofType('ConversationActivity'))).toEqual({
      __typename: 'ConversationActivity',
      cursor: expect.any(String),
      conversation: { id: groupId, title: 'Team', unreadCount: 1 },
      message: { seq: sent.seq, body: 'Hello 🌍', author: { name: 'Alice Acme' } },
      unread: await unreadNow(bob),
      notify: true,
    })
    const message = { id: sent.id, seq: sent.seq, body: 'Hello 🌍', author: { name: 'Alice Acme' } }
    expect(await seen.group.event(ofType('MessageSent'))).toEqual({
      __typename: 'MessageSent',
      cursor: expect.any(String),
      message: { ...message, parent: null, conversation: { id: groupId } },
    })
  })

  it("bring an own send to the sender's other sessions, without a notice", async () => {
    const { alice } = acme
    await using seen = await follow(alice)
    await alice.say({ conversationId: groupId }, 'mine')
    const activity = await seen.inbox.event(ofType('ConversationActivity'))
    expect(activity).toMatchObject({
      message: { body: 'mine' },
      notify: false,
      unread: await unreadNow(alice),
    })
    expect((await seen.group.event(ofType('MessageSent'))).message.body).toBe('mine')
  })

  it('do not notify of a muted conversation unless it mentions the viewer', async () => {
    const { alice, bob } = acme
    await bob.mutate('markRead', { conversationId: groupId })
    await bob.mutate('muteConversation', { conversationId: groupId })
    await using seen = await follow(bob)
    await alice.say({ conversationId: groupId }, 'not for all')
    // Unread counts are as of delivery: the second message waits for the first one's.
    await seen.inbox.count(1)
    await alice.say({ conversationId: groupId }, 'Bob!', { mentionIds: [bob.userId] })
    const [plain, mention] = await seen.inbox.count(2)
    expect(plain).toMatchObject({ message: { body: 'not for all' }, notify: false, unread: { group: 0 } })
    expect(mention).toMatchObject({
      message: { body: 'Bob!' },
      notify: true,
      unread: { group: 1, mentions: 1 },
    })
    await bob.mutate('unmuteConversation', { conversationId: groupId })
    const changed = await seen.inbox.event(ofType('InboxConversationChanged'))
    expect(changed).toMatchObject({
      conversation: { id: groupId, isMuted: false },
      unread: await unreadNow(bob),
    })
    const inGroup = await seen.group.event(ofType('ConversationChanged'))
    expect(inGroup.conversation).toMatchObject({ id: groupId, isMuted: false })
  })

  it('tell the reader alone of a mute and of a reminder, and the others of a receipt', async () => {
    const { alice, bob, carol } = acme
    const { seq } = await alice.say({ conversationId: groupId }, 'read me')
    await using mine = await follow(bob)
    await using others = await follow(carol)
    await bob.mutate('acknowledgeDelivery', { marks: [{ conversationId: groupId, upToSeq: seq }] })
    await bob.mutate('markRead', { conversationId: groupId })
    await bob.mutate('markUnread', { conversationId: groupId, fromSeq: seq })
    await bob.mutate('muteConversation', { conversationId: groupId })
    await bob.mutate('unmuteConversation', { conversationId: groupId })
    await alice.say({ conversationId: groupId }, 'the end')

    await mine.inbox.event((event) => event.message?.body === 'the end')
    const kinds = mine.inbox.events.map((event) => event.__typename)
    expect(kinds).toEqual([
      'ConversationRead',
      'ConversationRead',
      'InboxConversationChanged',
      'InboxConversationChanged',
      'ConversationActivity',
    ])
    expect(mine.inbox.events[1]).toMatchObject({ conversation: { id: groupId } })

    await others.group.event((event) => event.message?.body === 'the end')
    const receipt = { __typename: 'ReceiptAdvanced', user: { name: 'Bob Acme' }, upToSeq: seq }
    expect(others.group.events).toMatchObject([
      { ...receipt, status: 'DELIVERED' },
      { ...receipt, status: 'READ' },
      { __typename: 'MessageSent' },
    ])
    await others.inbox.event((event) => event.message?.body === 'the end')
    expect(others.inbox.events).toHaveLength(1)
  })

  it('show in every event of the inbox what viewer.unread shows then', async () => {
    const { alice, bob } = acme
    const unread: Data[] = []
    await using seen = await follow(bob)
    const step = async (act: () => Promise<unknown>) => {
      await act()
      unread.push(await unreadNow(bob))
      await seen.inbox.count(unread.length)
    }
    await step(() => alice.say({ conversationId: groupId }, 'one'))
    await step(() => alice.say({ recipientId: bob.userId }, 'two'))
    await step(() => alice.say({ conversationId: groupId }, 'three', { mentionIds: [bob.userId] }))
    await step(() => bob.mutate('muteConversation', { conversationId: groupId }))
    await step(() => bob.mutate('markRead', { conversationId: groupId }))
    await step(() => bob.mutate('unmuteConversation', { conversationId: groupId }))
    await step(() => bob.mutate('markUnread', { conversationId: groupId, fromSeq: 1 }))
    await step(() => bob.say({ conversationId: groupId }, 'four'))
    expect(seen.inbox.events.map((event) => event.unread)).toEqual(unread)
    expect(new Set(unread.map(({ total }) => total)).size).toBeGreaterThan(3)
  })

  it('tell of people who come and go, and of a changed group', async () => {
    const { alice, bob, dave } = acme
    await using seen = await follow(bob)
    await using newcomer = followInbox(
      dave,
      transport,
      INBOX,
      (await dave.run('{ viewer { inboxCursor } }')).viewer.inboxCursor,
    )
    await alice.mutate('addParticipants', { conversationId: groupId, userIds: [dave.userId] })
    expect(await newcomer.event(ofType('InboxConversationChanged'))).toMatchObject({
      conversation: { id: groupId },
    })
    await alice.mutate('updateGroup', { groupId, title: 'New team', description: 'What for' })
    await dave.mutate('leaveGroup', { groupId })
    const [came, changed, left] = await seen.group.count(3)
    expect(came).toMatchObject({
      __typename: 'ParticipantsChanged',
      joined: [{ name: 'Dave Acme' }],
      left: [],
    })
    expect(changed).toMatchObject({
      __typename: 'ConversationChanged',
      conversation: { title: 'New team', description: 'What for' },
    })
    expect(left).toMatchObject({
      __typename: 'ParticipantsChanged',
      joined: [],
      left: [{ name: 'Dave Acme' }],
    })
    expect((await seen.inbox.count(3)).map((event) => event.__typename)).toEqual(
      Array(3).fill('InboxConversationChanged'),
    )
    const removed = await newcomer.event(ofType('ConversationRemoved'))
    expect(removed).toMatchObject({ conversationId: groupId, unread: await unreadNow(dave) })
    await alice.mutate('updateGroup', { groupId, title: 'Team' })
  })

  it('give each person the messages that they may read, and nothing else', async () => {
    const { alice, bob, carol } = acme
    await using seen = await follow(carol)
    const secret = await alice.say({ recipientId: bob.userId }, 'between us')
    await bob.mutate('markRead', { conversationId: secret.conversationId })
    await alice.say({ conversationId: groupId }, 'for all')
    await seen.inbox.event((event) => event.message?.body === 'for all')
    await seen.group.event((event) => event.message?.body === 'for all')
    expect(seen.inbox.events).toHaveLength(1)
    expect(seen.group.events).toHaveLength(1)
  })

  it('start from now without a cursor', async () => {
    const { alice, bob } = acme
    await using inbox = followInbox(bob, transport, INBOX)
    // Nothing tells when a subscription holds, so something is said until it is heard.
    for (let at = 0; inbox.events.length === 0; at += 1)
      await alice.say({ conversationId: groupId }, `now ${at}`)
    const [first] = inbox.events
    await alice.say({ conversationId: groupId }, 'last')
    await inbox.event((event) => event.message.body === 'last')
    const seqs = inbox.events.map((event) => event.message.seq)
    expect(seqs).toEqual(seqs.map((_seq, at) => first.message.seq + at))
  })
})
