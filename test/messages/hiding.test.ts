import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'bob' | 'carol'>
let groupId: string
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  groupId = await acme.alice.group('Plans', [acme.bob, acme.carol])
})

const see = async (client: Client): Promise<Data> =>
  (
    await client.run(
      `query ($id: ID!) { conversation(id: $id) { unreadCount hasUnreadMention lastMessage { body }
        messages { nodes { body replyCount parent { body } } } } }`,
      { id: groupId },
    )
  ).conversation
const bodies = (conversation: Data): string[] => conversation.messages.nodes.map(({ body }: Data) => body)
const total = async (client: Client): Promise<number> =>
  (await client.run('{ viewer { unread { total } } }')).viewer.unread.total
const titles = async (client: Client): Promise<string[]> =>
  (await client.run('{ conversations { nodes { title } } }')).conversations.nodes.map(
    ({ title }: Data) => title,
  )

describe('a message deleted for oneself', () => {
  it('is gone from pages, previews, counts, threads and look-ups, and from nobody else', async () => {
    const { alice, bob, carol } = acme
    const first = await alice.say({ conversationId: groupId }, 'first')
    await carol.say({ conversationId: groupId }, 'reply', { parentId: first.id })
    const last = await alice.say({ conversationId: groupId }, 'last', { mentionIds: [bob.userId] })
    expect(await see(bob)).toMatchObject({ unreadCount: 3, hasUnreadMention: true })
    for (const { id } of [first, last]) {
      const hidden = await bob.mutate(
        'hideMessage',
        { messageId: id },
        'messageId conversation { unreadCount }',
      )
      expect(hidden).toMatchObject({ __typename: 'HideMessagePayload', messageId: id })
    }
    const seen = await see(bob)
    expect(seen).toMatchObject({
      unreadCount: 1,
      hasUnreadMention: false,
      lastMessage: { body: 'reply' },
      messages: { nodes: [{ body: 'reply', parent: null }] },
    })
    expect(await total(bob)).toBe(1)
    const byId = 'query ($id: ID!) { message(id: $id) { body } node(id: $id) { id } }'
    expect(await bob.run(byId, { id: first.id })).toEqual({ message: null, node: null })
    expect(bodies(await see(alice))).toEqual(['first', 'reply', 'last'])
    expect(await see(carol)).toMatchObject({
      lastMessage: { body: 'last' },
      messages: { nodes: [{ replyCount: 1 }, {}, {}] },
    })
  })

  it('is told of to one’s other devices alone, and stays away in what is replayed', async () => {
    const { alice, bob } = acme
    const events = '... on MessageSent { message { body } } ... on MessageHidden { messageId }'
    const cursor = (
      await bob.run('query ($id: ID!) { conversation(id: $id) { eventsCursor } }', { id: groupId })
    ).conversation.eventsCursor
    await using mine = await bob.watch(groupId, events)
    await using theirs = await alice.watch(groupId, events)
    const said = await alice.say({ conversationId: groupId }, 'first')
    // Hidden before it has come, it would not come at all.
    await mine.count(1)
    await bob.mutate('hideMessage', { messageId: said.id })
    await alice.say({ conversationId: groupId }, 'second')
    await mine.count(3)
    expect(mine.events.map(({ __typename }) => __typename)).toEqual([
      'MessageSent',
      'MessageHidden',
      'MessageSent',
    ])
    await theirs.count(2)
    expect(theirs.events.map(({ message }) => message.body)).toEqual(['first', 'second'])
    await using replayed = await bob.watch(groupId, events, cursor)
    await replayed.count(2)
    expect(replayed.events).toMatchObject([
      { __typename: 'MessageHidden', messageId: said.id },
      { __typename: 'MessageSent', message: { body: 'second' } },
    ])
  })

  it('may be an own one, or hidden twice; another’s unknown one is no message', async () => {
    const { alice, bob } = acme
    const said = await bob.say({ conversationId: groupId }, 'mine')
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await total(bob)).toBe(0)
      expect((await bob.mutate('hideMessage', { messageId: said.id })).__typename).toBe(
        attempt === 0 ? 'HideMessagePayload' : 'NotFoundError',
      )
    }
    expect(bodies(await see(bob))).toEqual([])
    expect(bodies(await see(alice))).toEqual(['mine'])
    const direct = await alice.say({ recipientId: acme.carol.userId }, 'between us')
    expect(await bob.mutate('hideMessage', { messageId: direct.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
    expect(await bob.mutate('hideMessage', { messageId: 'nonsense' })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['messageId'] }],
    })
  })
})

describe('a conversation deleted for oneself', () => {
  it('vanishes with its history, returns with the next message, and is whole for the others', async () => {
    const { alice, bob } = acme
    await alice.say({ conversationId: groupId }, 'one')
    await alice.say({ conversationId: groupId }, 'two')
    const hidden = await bob.mutate('hideConversation', { conversationId: groupId }, 'unread { total }')
    expect(hidden).toMatchObject({ __typename: 'HideConversationPayload', unread: { total: 0 } })
    expect(await titles(bob)).toEqual([])
    expect(await see(bob)).toMatchObject({ unreadCount: 0, lastMessage: null, messages: { nodes: [] } })
    expect(await titles(alice)).toEqual(['Plans'])
    await alice.say({ conversationId: groupId }, 'three')
    expect(await titles(bob)).toEqual(['Plans'])
    expect(await see(bob)).toMatchObject({
      unreadCount: 1,
      lastMessage: { body: 'three' },
      messages: { nodes: [{ body: 'three' }] },
    })
    expect(await total(bob)).toBe(1)
    expect(bodies(await see(alice))).toEqual(['one', 'two', 'three'])
    expect(bodies(await see(acme.carol))).toEqual(['one', 'two', 'three'])
  })

  it('ends its stream and leaves the inbox on every device of that person', async () => {
    const { alice, bob } = acme
    await alice.say({ conversationId: groupId }, 'one')
    const removed =
      '... on ConversationRemoved { conversationId unread { total } } ... on ConversationActivity { message { body } }'
    await using inbox = await bob.inbox(removed)
    await using watched = await bob.watch(groupId, '... on ConversationRemoved { conversationId }')
    await bob.mutate('hideConversation', { conversationId: groupId })
    await watched.until(({ isComplete }) => isComplete)
    expect(watched.events).toEqual([{ __typename: 'ConversationRemoved', conversationId: groupId }])
    await inbox.count(1)
    await alice.mutate('updateGroup', { groupId, title: 'Renamed' })
    // Events from before the conversation is back were delivered or dropped once a later one has arrived.
    await alice.say({ recipientId: bob.userId }, 'elsewhere')
    await inbox.count(2)
    await alice.say({ conversationId: groupId }, 'two')
    await inbox.count(3)
    expect(inbox.events.map(({ __typename, message }) => message?.body ?? __typename)).toEqual([
      'ConversationRemoved',
      'elsewhere',
      'two',
    ])
    expect(inbox.events[0]).toMatchObject({ conversationId: groupId, unread: { total: 0 } })
  })

  it('can be written to, and is hidden once', async () => {
    const { alice, bob } = acme
    const { conversationId } = await alice.say({ recipientId: bob.userId }, 'hello')
    await bob.mutate('hideConversation', { conversationId })
    await using inbox = await bob.inbox('')
    expect((await bob.mutate('hideConversation', { conversationId })).__typename).toBe(
      'HideConversationPayload',
    )
    await bob.say({ recipientId: alice.userId }, 'again')
    await inbox.count(1)
    expect(inbox.events[0]?.__typename).toBe('ConversationActivity')
    expect(await titles(bob)).toEqual(['Alice Acme', 'Plans'])
    expect(await bob.mutate('hideConversation', { conversationId: 'nonsense' })).toMatchObject({
      __typename: 'InvalidInputError',
    })
  })
})
