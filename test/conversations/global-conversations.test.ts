import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { tableContents } from '../support/table-contents.ts'
import { inboxOf, SEEN, see, statusIn, unreadOf } from './seen-conversation.ts'

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

  it('is renamed by those who may create one, also by another than its creator', async () => {
    const { alice, sara, bob } = acme
    const { conversation } = await create(alice)
    const adam = await app.company('Globex', { gina: 'owner', adam: 'admin' })
    const theirs = (await create(adam.gina)).conversation
    const rename = (by: Client, groupId: string, more: Data = {}) =>
      by.mutate('updateGroup', { groupId, title: 'Everybody', ...more }, 'conversation { title description }')
    await using inbox = await bob.inbox('... on InboxConversationChanged { conversation { title } }')
    for (const client of [sara, bob])
      expect(await rename(client, conversation.id)).toMatchObject({
        __typename: 'PermissionDeniedError',
        permission: 'CONVERSATION_GLOBAL',
      })
    expect(await rename(alice, conversation.id, { access: 'OPEN' })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['access'] }],
    })
    expect((await see(bob, conversation.id)).title).toBe('All hands')
    expect((await rename(alice, conversation.id, { description: 'New' })).conversation).toEqual({
      title: 'Everybody',
      description: 'New',
    })
    await inbox.until(() => inbox.events.some(({ conversation: changed }) => changed?.title === 'Everybody'))
    expect((await rename(adam.adam, theirs.id)).conversation.title).toBe('Everybody')
    expect(await rename(adam.adam, conversation.id)).toMatchObject({ __typename: 'NotFoundError' })
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

  it('is created with its permission alone, which the rejection names', async () => {
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
