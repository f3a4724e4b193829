import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'
import { find, open } from './invoice.ts'
import { inboxOf, see, unreadOf } from './seen-conversation.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
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

describe('a context conversation', () => {
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

  it('is found with others by the ids of their objects, in the order of these', async () => {
    const { alice, bob, carol } = acme
    for (const contextId of ['INV-1', 'INV-2', 'INV-3']) await open(alice, { contextId, title: contextId })
    await open(alice, { type: 'PLAN', contextId: 'INV-4' })
    await open(alice, { contextId: 'INV-5', restricted: true, participantIds: [bob.userId] })
    await open(carol, { contextId: 'INV-6', title: 'Open' })
    await open(alice, {
      contextId: 'INV-6',
      title: 'Restricted',
      restricted: true,
      participantIds: [bob.userId],
    })
    const findAll = async (client: Client, contextIds: string[]): Promise<string[]> => {
      const query = `query ($contextIds: [String!]!) {
        contextConversations(type: TRANSACTION, contextIds: $contextIds) { title context { contextId } } }`
      const { contextConversations } = await client.run(query, { contextIds })
      return contextConversations.map(({ title, context }: Data) => `${context.contextId} ${title}`)
    }
    const wanted = ['INV-3', 'none', 'INV-1', 'INV-4', 'INV-3', 'INV-5', 'INV-6']
    expect(await findAll(carol, wanted)).toEqual(['INV-3 INV-3', 'INV-1 INV-1', 'INV-6 Open'])
    expect(await findAll(bob, wanted)).toEqual([
      'INV-3 INV-3',
      'INV-1 INV-1',
      'INV-5 Invoice 1',
      'INV-6 Restricted',
    ])
    expect(await findAll(bob, [])).toEqual([])
    const many = Array.from({ length: 100 }, (_, index) => `INV-${index}`)
    expect(await findAll(carol, many)).toHaveLength(4)
    expect(await statementsOf(() => findAll(carol, many))).toHaveLength(2)
    const query = `query ($contextIds: [String!]!) { contextConversations(type: TRANSACTION, contextIds: $contextIds) { id } }`
    for (const contextIds of [[...many, 'INV-100'], ['INV-\0'], ['INV-\ud800']]) {
      const { errors } = await carol.send(query, { contextIds })
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    }
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
    expect(await carol.mutate('markRead', { conversationId: conversation.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
    await alice.mutate('addParticipants', { conversationId: conversation.id, userIds: [carol.userId] })
    expect(await find(carol)).toMatchObject({ isMember: true })
    await alice.mutate('removeParticipant', { conversationId: conversation.id, userId: carol.userId })
    expect(await find(carol)).toBeNull()
  })

  it('is restricted only by those who manage members, whether or not a restricted one is there', async () => {
    const { alice, sara, bob, carol } = acme
    const refused = { __typename: 'PermissionDeniedError', permission: 'MEMBER_MANAGE' }
    const before = await open(bob, { restricted: true })
    expect(before).toMatchObject(refused)
    expect(await find(bob)).toBeNull()
    const restricted = await open(alice, { restricted: true, participantIds: [carol.userId] })
    expect(await open(bob, { restricted: true })).toEqual(before)
    expect(await open(sara, { restricted: true })).toMatchObject(refused)
    expect((await open(carol, { restricted: true })).conversation.id).toBe(restricted.conversation.id)
  })

  it('is not kept from anybody by a restricted one, which shows to nobody who tries', async () => {
    const { alice, sara, bob, carol } = acme
    const { conversation } = await open(alice, {
      restricted: true,
      title: 'Secret',
      participantIds: [carol.userId],
    })
    await alice.say({ conversationId: conversation.id }, 'Between us')
    const asIfNew = await open(bob, { title: 'Mine' })
    const unknown = await open(bob, { contextId: 'INV-2', title: 'Mine' })
    const shapeOf = ({ conversation: { id, ...shape } }: Data) => ({ ...shape, context: undefined })
    expect(shapeOf(asIfNew)).toEqual(shapeOf(unknown))
    expect(await find(bob)).toMatchObject({ id: asIfNew.conversation.id, lastSeq: 0 })
    expect((await open(sara)).conversation.id).toBe(asIfNew.conversation.id)
    expect((await open(carol)).conversation.id).toBe(conversation.id)
    expect((await find(carol)).id).toBe(conversation.id)
    await alice.mutate('removeParticipant', { conversationId: conversation.id, userId: carol.userId })
    expect((await find(carol)).id).toBe(asIfNew.conversation.id)
  })

  it('is taken over by those who manage members, who lift its restriction', async () => {
    const { alice, bob, carol } = acme
    const globex = await app.company('Globex', { gina: 'owner', hugo: 'admin', hank: 'member' })
    const { gina, hugo, hank } = globex
    const { conversation } = await open(hugo, { restricted: true })
    expect((await open(gina)).conversation).toMatchObject({ id: conversation.id, isMember: true })
    expect(
      await gina.mutate('removeParticipant', { conversationId: conversation.id, userId: hugo.userId }),
    ).toMatchObject({ __typename: 'RemoveParticipantPayload' })
    expect((await open(gina, { restricted: false })).conversation.id).toBe(conversation.id)
    expect((await open(hank)).conversation.id).toBe(conversation.id)

    const restricted = await open(alice, { restricted: true, participantIds: [carol.userId] })
    const open2 = await open(bob)
    expect((await open(carol, { restricted: false })).conversation.id).toBe(restricted.conversation.id)
    expect((await open(alice, { restricted: false })).conversation.id).toBe(open2.conversation.id)
    expect(await see(bob, restricted.conversation.id)).toBeNull()
  })

  it('is left again: it goes from the inbox, and a restricted one from sight', async () => {
    const { alice, bob, carol } = acme
    const leave = (client: Client, groupId: string) =>
      client.mutate('leaveGroup', { groupId }, 'conversationId')
    const { conversation } = await open(bob, { participantIds: [carol.userId] })
    await bob.say({ conversationId: conversation.id }, 'Paid?')
    expect(await leave(carol, conversation.id)).toMatchObject({ conversationId: conversation.id })
    expect(await inboxOf(carol, 'CONTEXT')).toEqual([])
    expect(await unreadOf(carol)).toMatchObject({ total: 0 })
    expect(await find(carol)).toMatchObject({ isMember: false, messages: { nodes: [{ body: 'Paid?' }] } })
    expect(await leave(carol, conversation.id)).toMatchObject({ __typename: 'NotFoundError' })
    expect((await open(carol)).conversation.isMember).toBe(true)
    expect(await leave(bob, conversation.id)).toMatchObject({ conversationId: conversation.id })
    const renamed = await carol.mutate('updateGroup', { groupId: conversation.id, title: 'Mine now' })
    expect(renamed).toMatchObject({ __typename: 'UpdateGroupPayload' })
    await leave(carol, conversation.id)
    expect((await open(bob)).conversation).toMatchObject({ id: conversation.id, isMember: true })
    expect(await bob.mutate('updateGroup', { groupId: conversation.id, title: 'Mine again' })).toMatchObject({
      __typename: 'UpdateGroupPayload',
    })

    const restricted = await open(alice, {
      contextId: 'INV-3',
      restricted: true,
      participantIds: [bob.userId],
    })
    expect(await leave(bob, restricted.conversation.id)).toHaveProperty('conversationId')
    expect(await see(bob, restricted.conversation.id)).toBeNull()
    const direct = await alice.say({ recipientId: bob.userId }, 'hello')
    expect(await leave(bob, direct.conversationId)).toMatchObject({ __typename: 'InvalidInputError' })
  })

  it('is opened only with its permission, and rejects invalid input', async () => {
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
