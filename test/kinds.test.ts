import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import type { Client, Data } from './support/client.ts'
import { tableContents } from './support/table-contents.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'sara' | 'audrey' | 'bob' | 'carol'>
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    sara: 'supervisor',
    audrey: 'auditor',
    bob: 'member',
    carol: 'member',
  })
})

const SEEN = `id kind title isMember canPost participantCount unreadCount lastReadSeq lastSeq
  lastMessage { body } messages { nodes { body } }`
const see = async (client: Client, id: string): Promise<Data> =>
  (await client.run(`query ($id: ID!) { conversation(id: $id) { ${SEEN} } }`, { id })).conversation
const inboxOf = async (client: Client, kind: string): Promise<Data[]> => {
  const query =
    'query ($kinds: [ConversationKind!]) { conversations(filter: { kinds: $kinds }) { nodes { id title unreadCount } } }'
  return (await client.run(query, { kinds: [kind] })).conversations.nodes
}
const unreadOf = async (client: Client): Promise<Data> =>
  (await client.run('{ viewer { unread { total global context } } }')).viewer.unread

const statusIn = async (client: Client, id: string): Promise<string> =>
  (await client.run('query ($id: ID!) { conversation(id: $id) { lastMessage { status } } }', { id }))
    .conversation.lastMessage.status

describe('a global conversation', () => {
  const create = async (client: Client, more: Data = {}): Promise<Data> =>
    client.mutate('createGlobalConversation', { title: 'All hands', ...more }, `conversation { ${SEEN} }`)

  it('is everybody’s, and only its creator posts unless replies are allowed', async () => {
    const { alice, bob } = acme
    const { conversation } = await create(alice)
    expect(conversation).toMatchObject({
      kind: 'GLOBAL',
      isMember: true,
      canPost: true,
      participantCount: 5,
    })
    await alice.say({ conversationId: conversation.id }, 'Welcome')
    expect(await see(bob, conversation.id)).toMatchObject({
      isMember: true,
      canPost: false,
      unreadCount: 1,
      lastMessage: { body: 'Welcome' },
      messages: { nodes: [{ body: 'Welcome' }] },
    })
    expect(await inboxOf(bob, 'GLOBAL')).toEqual([
      { id: conversation.id, title: 'All hands', unreadCount: 1 },
    ])
    expect(await unreadOf(bob)).toEqual({ total: 1, global: 1, context: 0 })
    const reply = await bob.mutate('sendMessage', { conversationId: conversation.id, body: 'Thanks' })
    expect(reply).toMatchObject({ __typename: 'RepliesClosedError' })
    const chat = (await create(alice, { title: 'Chat', repliesAllowed: true })).conversation
    expect((await bob.say({ conversationId: chat.id }, 'Hello')).seq).toBe(1)
    expect(await see(alice, chat.id)).toMatchObject({ unreadCount: 1 })
  })

  it('keeps no row per member before somebody reads, mutes or hides it', async () => {
    const { alice, bob, carol } = acme
    const { conversation } = await create(alice)
    await alice.say({ conversationId: conversation.id }, 'Welcome')
    await see(bob, conversation.id)
    const rows = async () =>
      (await tableContents(app.database.adminUrl)).participants?.filter((row) =>
        row.includes(acme.companyUuid),
      ).length
    expect(await rows()).toBe(1)
    const read = await bob.mutate(
      'markRead',
      { conversationId: conversation.id },
      'conversation { unreadCount lastReadSeq } unread { total }',
    )
    expect(read).toMatchObject({ conversation: { unreadCount: 0, lastReadSeq: 1 }, unread: { total: 0 } })
    expect(await statusIn(alice, conversation.id)).toBe('SENT')
    await carol.mutate('muteConversation', { conversationId: conversation.id })
    expect(await unreadOf(carol)).toMatchObject({ total: 0 })
    expect(await rows()).toBe(3)
    const receipts = await alice.run(
      `query ($id: ID!) { conversation(id: $id) { lastMessage { status receipts { nodes { user { id } status } } }
        participants { nodes { user { id } lastReadSeq } } } }`,
      { id: conversation.id },
    )
    expect(receipts.conversation.lastMessage).toEqual({
      status: 'SENT',
      receipts: { nodes: [{ user: { id: bob.userId }, status: 'READ' }] },
    })
    expect(receipts.conversation.participants.nodes).toHaveLength(5)
    for (const client of [acme.sara, acme.audrey, carol]) {
      expect(await statusIn(alice, conversation.id)).toBe('SENT')
      await client.mutate('markRead', { conversationId: conversation.id })
    }
    expect(await statusIn(alice, conversation.id)).toBe('READ')
  })

  it('starts for who joins the company later with what is said from then on', async () => {
    const { alice } = acme
    const { conversation } = await create(alice)
    for (const body of ['one', 'two', 'three']) await alice.say({ conversationId: conversation.id }, body)
    const dora = await app.newcomer(alice, acme.companyUuid, 'Dora')
    expect(await see(dora, conversation.id)).toMatchObject({
      unreadCount: 0,
      lastReadSeq: 3,
      messages: { nodes: [{ body: 'one' }, { body: 'two' }, { body: 'three' }] },
    })
    expect(await unreadOf(dora)).toMatchObject({ total: 0 })
    await alice.say({ conversationId: conversation.id }, 'four')
    expect(await unreadOf(dora)).toMatchObject({ total: 1, global: 1 })
    await dora.mutate('markUnread', { conversationId: conversation.id, fromSeq: 2 })
    expect(await see(dora, conversation.id)).toMatchObject({ unreadCount: 3, lastReadSeq: 3 })
  })

  it('is created with its permission alone, which the refusal names', async () => {
    for (const client of [acme.sara, acme.bob, acme.audrey]) {
      expect(await create(client)).toMatchObject({
        __typename: 'PermissionDeniedError',
        permission: 'CONVERSATION_GLOBAL',
      })
    }
    expect(await create(acme.alice, { title: ' ' })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['title'] }],
    })
  })

  it('has no members who come and go', async () => {
    const { alice, bob } = acme
    const { conversation } = await create(alice)
    for (const [field, input] of [
      ['addParticipants', { conversationId: conversation.id, userIds: [bob.userId] }],
      ['removeParticipant', { conversationId: conversation.id, userId: bob.userId }],
      ['joinGroup', { groupId: conversation.id }],
      ['leaveGroup', { groupId: conversation.id }],
    ] as const) {
      expect(await alice.mutate(field, input)).toMatchObject({ __typename: 'InvalidInputError' })
    }
  })
})

describe('a context conversation', () => {
  const open = (client: Client, more: Data = {}): Promise<Data> =>
    client.mutate(
      'openContextConversation',
      { type: 'TRANSACTION', contextId: 'INV-1', title: 'Invoice 1', ...more },
      `conversation { ${SEEN} context { type contextId } sensitivity }`,
    )
  const find = async (client: Client): Promise<Data> =>
    (await client.run(`{ contextConversation(type: TRANSACTION, contextId: "INV-1") { ${SEEN} } }`))
      .contextConversation

  it('is one per company, type and id, also when many open it at the same instant', async () => {
    const { alice, sara, bob, carol } = acme
    const opened = await Promise.all(
      [alice, sara, bob, carol, alice, sara, bob, carol].map((client) => open(client)),
    )
    const ids = new Set(opened.map(({ conversation }) => conversation.id))
    expect(ids.size).toBe(1)
    expect((await find(bob)).participantCount).toBe(4)
    const other = await open(bob, { type: 'PLAN' })
    expect(other.conversation).toMatchObject({
      kind: 'CONTEXT',
      isMember: true,
      context: { type: 'PLAN', contextId: 'INV-1' },
      sensitivity: 'NORMAL',
    })
    const globex = await app.company('Globex', { gina: 'owner' })
    expect(ids).not.toContain((await open(globex.gina)).conversation.id)
  })

  it('is seen by everybody, and in the inbox of those who opened it', async () => {
    const { alice, bob, audrey } = acme
    const { conversation } = await open(alice)
    await alice.say({ conversationId: conversation.id }, 'Paid?')
    expect(await find(bob)).toMatchObject({
      isMember: false,
      canPost: true,
      unreadCount: 0,
      messages: { nodes: [{ body: 'Paid?' }] },
    })
    expect(await find(audrey)).toMatchObject({
      isMember: false,
      canPost: false,
      lastMessage: { body: 'Paid?' },
    })
    expect(await inboxOf(bob, 'CONTEXT')).toEqual([])
    expect(await unreadOf(bob)).toEqual({ total: 0, global: 0, context: 0 })
    expect((await open(bob, { title: 'Another' })).conversation).toMatchObject({
      title: 'Invoice 1',
      isMember: true,
      unreadCount: 1,
    })
    expect(await inboxOf(bob, 'CONTEXT')).toHaveLength(1)
    expect(await unreadOf(bob)).toMatchObject({ total: 1, context: 1 })
  })

  it('is joined by posting in it', async () => {
    const { alice, bob } = acme
    const { conversation } = await open(alice)
    await using watched = await alice.watch(
      conversation.id,
      '... on ParticipantsChanged { joined { id } } ... on MessageSent { message { body } }',
    )
    await bob.say({ conversationId: conversation.id }, 'Yes')
    await watched.count(2)
    expect(watched.events).toEqual([
      { __typename: 'ParticipantsChanged', joined: [{ id: bob.userId }] },
      { __typename: 'MessageSent', message: { body: 'Yes' } },
    ])
    expect(await find(bob)).toMatchObject({ isMember: true, lastReadSeq: 1 })
  })

  it('is for its participants alone if it is restricted', async () => {
    const { alice, bob, carol } = acme
    const { conversation } = await open(alice, { restricted: true, participantIds: [bob.userId] })
    await alice.say({ conversationId: conversation.id }, 'Between us')
    expect(await find(bob)).toMatchObject({ isMember: true, unreadCount: 1, participantCount: 2 })
    expect(await find(carol)).toBeNull()
    expect(await see(carol, conversation.id)).toBeNull()
    expect(await open(carol)).toMatchObject({ __typename: 'NotFoundError' })
    expect(await carol.mutate('markRead', { conversationId: conversation.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
    await alice.mutate('addParticipants', { conversationId: conversation.id, userIds: [carol.userId] })
    expect(await find(carol)).toMatchObject({ isMember: true })
    await alice.mutate('removeParticipant', { conversationId: conversation.id, userId: carol.userId })
    expect(await find(carol)).toBeNull()
  })

  it('is opened with its permission alone, and refuses what it cannot be', async () => {
    const { alice, audrey } = acme
    expect(await open(audrey)).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'CONVERSATION_CONTEXT',
    })
    for (const [more, path] of [
      [{ contextId: ' ' }, 'contextId'],
      [{ contextId: 'x'.repeat(256) }, 'contextId'],
      [{ contextId: 'a\0b' }, 'contextId'],
      [{ title: 'x'.repeat(256) }, 'title'],
      [{ participantIds: ['nonsense'] }, 'participantIds'],
    ] as const) {
      expect(await open(alice, more)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: expect.arrayContaining([path]) }],
      })
    }
    expect(await find(alice)).toBeNull()
  })
})
