import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
beforeAll(async () => {
  app = await sharedApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

const MARKS = 'id isMember lastReadSeq unreadCount lastSeq messages { nodes { seq body } }'

async function see(by: Client, id: string, fields = MARKS): Promise<Data> {
  return (await by.run(`query ($id: ID!) { conversation(id: $id) { ${fields} } }`, { id })).conversation
}

const join = (by: Client, groupId: string) => by.mutate('joinGroup', { groupId })
const leave = (by: Client, groupId: string) => by.mutate('leaveGroup', { groupId })
const remove = (by: Client, conversationId: string, who: Client) =>
  by.mutate('removeParticipant', { conversationId, userId: who.userId })

describe('the history of a group', () => {
  it('is open to a newcomer', async () => {
    const { alice, bob } = acme
    const group = await alice.group('History')
    for (const body of ['one', 'two']) await alice.say({ conversationId: group }, body)
    await join(bob, group)
    expect(await see(bob, group)).toMatchObject({
      isMember: true,
      lastReadSeq: 0,
      unreadCount: 2,
      messages: { nodes: [{ body: 'one' }, { body: 'two' }] },
    })
  })

  it.each(['leaves', 'is removed'])('is closed to somebody who %s, and open again on return', async (how) => {
    const { alice, bob } = acme
    const group = await alice.group('Comings and goings', [bob], { access: 'PRIVATE' })
    const first = await alice.say({ conversationId: group }, 'first')
    const own = await bob.say({ conversationId: group }, 'own', { parentId: first.id, idempotencyKey: 'k' })
    await bob.mutate('markRead', { conversationId: group })
    await (how === 'leaves' ? leave(bob, group) : remove(alice, group, bob))
    await alice.say({ conversationId: group }, 'behind the back')

    const everything = await bob.run(
      `query ($group: ID!, $message: ID!) {
        conversation(id: $group) { id } message(id: $message) { id } nodes(ids: [$group, $message]) { id }
        conversations { nodes { id } } groups { nodes { id } } sentMessages { nodes { id } } viewer { unread { total } } }`,
      { group, message: own.id },
    )
    expect(everything).toEqual({
      conversation: null,
      message: null,
      nodes: [null, null],
      conversations: { nodes: [] },
      groups: { nodes: [] },
      sentMessages: { nodes: [] },
      viewer: { unread: { total: 0 } },
    })
    const missing = { __typename: 'NotFoundError', detail: 'There is no such conversation.' }
    const attempts: [string, Data][] = [
      ['sendMessage', { conversationId: group, body: 'still here?' }],
      ['sendMessage', { conversationId: group, body: 'own', parentId: first.id, idempotencyKey: 'k' }],
      ['markRead', { conversationId: group }],
      ['markUnread', { conversationId: group, fromSeq: 1 }],
      ['acknowledgeDelivery', { marks: [{ conversationId: group, upToSeq: 1 }] }],
      ['muteConversation', { conversationId: group }],
      ['unmuteConversation', { conversationId: group }],
    ]
    for (const [field, input] of attempts)
      expect([field, await bob.mutate(field, input)]).toEqual([field, missing])

    await alice.mutate('addParticipants', { conversationId: group, userIds: [bob.userId] })
    expect(await see(bob, group)).toMatchObject({
      lastReadSeq: 2,
      unreadCount: 1,
      messages: { nodes: [{ body: 'first' }, { body: 'own' }, { body: 'behind the back' }] },
    })
    const { sentMessages } = await bob.run('{ sentMessages { nodes { body } } }')
    expect(sentMessages.nodes).toEqual([{ body: 'own' }])
    const replies = await bob.run('query ($id: ID!) { message(id: $id) { replies { nodes { body } } } }', {
      id: first.id,
    })
    expect(replies.message.replies.nodes).toEqual([{ body: 'own' }])
  })

  it('is closed to a person who leaves an open group, which stays listed', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Revolving door', [bob])
    await bob.say({ conversationId: group }, 'hello')
    await leave(bob, group)
    expect(await see(bob, group)).toEqual({
      id: group,
      isMember: false,
      lastReadSeq: 0,
      unreadCount: 0,
      lastSeq: 0,
      messages: { nodes: [] },
    })
  })
})

describe('live, a group', () => {
  const PEOPLE = `... on ParticipantsChanged { joined { name } left { name } conversation { participantCount } }
    ... on ConversationChanged { conversation { title participants { nodes { role user { name } } } } }
    ... on ConversationRemoved { conversationId unread { total } } ... on MessageSent { message { body } }`
  const INBOX = `... on InboxConversationChanged { conversation { id title isMuted participantCount } }
    ... on ConversationRemoved { conversationId unread { total } } ... on ConversationActivity { message { body } }`

  it('tells its members and their inboxes who comes and goes and what changes', async () => {
    const { alice, bob, carol } = acme
    await using bobsInbox = await bob.inbox(INBOX)
    const group = await alice.group('Live', [bob])
    const added = await bobsInbox.event(({ __typename }) => __typename === 'InboxConversationChanged')
    expect(added.conversation).toMatchObject({ id: group, title: 'Live', participantCount: 2 })

    await using watched = await alice.watch(group, PEOPLE)
    await join(carol, group)
    await alice.mutate('updateGroup', { groupId: group, title: 'Livelier' })
    await alice.mutate('changeParticipantRole', { conversationId: group, userId: bob.userId, role: 'ADMIN' })
    await leave(carol, group)
    const [joined, renamed, promoted, left] = await watched.count(4)
    expect(joined).toEqual({
      __typename: 'ParticipantsChanged',
      joined: [{ name: 'Carol Acme' }],
      left: [],
      conversation: { participantCount: expect.any(Number) },
    })
    expect(renamed).toMatchObject({ __typename: 'ConversationChanged', conversation: { title: 'Livelier' } })
    expect(promoted.conversation.participants.nodes).toContainEqual({
      role: 'ADMIN',
      user: { name: 'Bob Acme' },
    })
    expect(left).toMatchObject({
      __typename: 'ParticipantsChanged',
      joined: [],
      left: [{ name: 'Carol Acme' }],
    })
    await bobsInbox.event(({ conversation }) => conversation?.title === 'Livelier')
  })

  it('ends for a removed person with its last event, and continues for the others', async () => {
    const { alice, bob, carol } = acme
    const group = await alice.group('Farewell', [bob, carol])
    await using bobs = await bob.watch(group, PEOPLE)
    await using bobsInbox = await bob.inbox(INBOX)
    await using carols = await carol.watch(group, PEOPLE)
    await alice.say({ conversationId: group }, 'unread by Bob')
    await Promise.all([bobs, bobsInbox, carols].map((stream) => stream.count(1)))
    await remove(alice, group, bob)
    await alice.say({ conversationId: group }, 'not for Bob')

    await bobs.until(({ isComplete }) => isComplete)
    const removed = { __typename: 'ConversationRemoved', conversationId: group, unread: { total: 0 } }
    expect(bobs.events.slice(1)).toEqual([removed])
    expect(await bobsInbox.event(({ conversationId }) => conversationId === group)).toEqual(removed)
    await carols.event(({ message }) => message?.body === 'not for Bob')
    expect(carols.events[1]).toMatchObject({
      __typename: 'ParticipantsChanged',
      left: [{ name: 'Bob Acme' }],
    })
    // A later event in Bob's inbox proves that no other event of the group came before it.
    const direct = await alice.say({ recipientId: bob.userId }, 'a word in private')
    await bobsInbox.event(({ message }) => message?.body === 'a word in private')
    expect(bobsInbox.events).toHaveLength(3)
    expect(direct.seq).toBe(1)
    await using again = bob.subscribe(
      'subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename } }',
      { id: group },
    )
    await again.until(({ error, answers }) => error ?? answers[0])
    expect(JSON.stringify([again.error, again.answers])).toContain('NOT_FOUND')
  })

  it('tells the viewer alone of a mute', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Quiet', [bob])
    await using bobsInbox = await bob.inbox(INBOX)
    await using alices = await alice.inbox(INBOX)
    await bob.mutate('muteConversation', { conversationId: group })
    await bobsInbox.event(({ conversation }) => conversation?.isMuted)
    await alice.say({ conversationId: group }, 'marker')
    await alices.event(({ message }) => message?.body === 'marker')
    expect(alices.events).toHaveLength(1)
  })
})
