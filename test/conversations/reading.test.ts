import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { TestApp, TestCompany } from '../support/app.ts'
import {
  acknowledge,
  groupOf,
  markRead,
  marksOf,
  markUnread,
  receiptsOf,
  statusOf,
} from '../support/marks.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('reading', () => {
  it('costs one statement, and another only where more than ids is asked for', async () => {
    const { alice, bob } = acme
    const { id } = await groupOf(alice, 2, [bob])
    const marks = [{ conversationId: id, upToSeq: 2 }]
    const cost = (name: string, input: object, selection?: string) =>
      statementsOf(() => bob.mutate(name, { ...input }, selection))
    await bob.run('{ viewer { user { id } } }')
    expect(await cost('acknowledgeDelivery', { marks }, 'conversations { id }')).toHaveLength(1)
    expect(await cost('markRead', { conversationId: id, upToSeq: 1 }, 'conversation { id }')).toHaveLength(1)
    expect(await cost('markRead', { conversationId: id }, 'conversation { id unreadCount }')).toHaveLength(2)
    expect(await cost('markUnread', { conversationId: id, fromSeq: 2 }, 'conversation { id }')).toHaveLength(
      1,
    )
  })

  it('moves the mark forward over everything before it, and never back', async () => {
    const { bob } = acme
    const { id } = await groupOf(acme.alice, 5, [bob])
    expect((await markRead(bob, id, 3)).conversation).toMatchObject({ lastReadSeq: 3, unreadCount: 2 })
    expect((await markRead(bob, id, 1)).conversation).toMatchObject({ lastReadSeq: 3, unreadCount: 2 })
    expect((await markRead(bob, id)).conversation).toMatchObject({ lastReadSeq: 5, unreadCount: 0 })
    expect((await marksOf(acme.alice, id)).get(bob.userId)).toEqual([5, 5])
    await Promise.all([4, 1, 5, 2, 3].map((seq) => markRead(bob, id, seq)))
    expect((await marksOf(acme.alice, id)).get(bob.userId)).toEqual([5, 5])
  })

  it('is never done by queries or subscriptions', async () => {
    const { alice, bob } = acme
    const { id, messages } = await groupOf(acme.alice, 2, [bob])
    await using events = await bob.watch(id, '... on MessageSent { message { id body } }')
    await using inbox = await bob.inbox('... on ConversationActivity { message { id body } }')
    await alice.say({ conversationId: id }, 'Three')
    await events.count(1)
    await inbox.event((event) => event.message?.body === 'Three')
    await bob.run(
      `query ($id: ID!, $message: ID!) { conversation(id: $id) { messages { nodes { body } } lastMessage { body } }
        message(id: $message) { body receipts { nodes { status } } } conversations { nodes { lastMessage { body } } } }`,
      { id, message: messages[0].id },
    )
    expect((await marksOf(alice, id)).get(bob.userId)).toEqual([0, 0])
    expect(await statusOf(alice, messages[0])).toBe('SENT')
  })

  it.each([
    ['beyond the end', 3],
    ['far beyond the end', 2 ** 31 - 1],
    ['before the first', 0],
    ['below zero', -1],
  ])('up to a message %s is refused', async (_name, upToSeq) => {
    const { id } = await groupOf(acme.alice, 2, [acme.bob])
    expect(await markRead(acme.bob, id, upToSeq)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['upToSeq'] }],
    })
    expect((await marksOf(acme.alice, id)).get(acme.bob.userId)).toEqual([0, 0])
  })

  it('of others’ conversations is refused without a hint', async () => {
    const id = await acme.alice.group('Private', [acme.bob], { access: 'PRIVATE' })
    await acme.alice.say({ conversationId: id }, 'first')
    for (const refused of [
      await markRead(acme.carol, id),
      await markUnread(acme.carol, id, 1),
      await acknowledge(acme.carol, [{ conversationId: id, upToSeq: 1 }]),
    ]) {
      expect(refused).toEqual({ __typename: 'NotFoundError', detail: 'There is no such conversation.' })
    }
  })

  it('tells the sender live, once for each move', async () => {
    const { alice, bob } = acme
    const { id } = await groupOf(acme.alice, 3, [bob])
    await using events = await alice.watch(id, '... on ReceiptAdvanced { user { id } status upToSeq at }')
    await acknowledge(bob, [{ conversationId: id, upToSeq: 2 }])
    await acknowledge(bob, [{ conversationId: id, upToSeq: 1 }])
    await markRead(bob, id, 1)
    await markRead(bob, id, 1)
    await markUnread(bob, id, 1)
    await markRead(bob, id, 3)
    const received = await events.count(3)
    await alice.say({ conversationId: id }, 'Last')
    await events.event(({ __typename }) => __typename === 'MessageSent')
    const by = { __typename: 'ReceiptAdvanced', user: { id: bob.userId }, at: expect.any(String) }
    expect(received.filter(({ __typename }) => __typename === 'ReceiptAdvanced')).toEqual([
      { ...by, status: 'DELIVERED', upToSeq: 2 },
      { ...by, status: 'READ', upToSeq: 1 },
      { ...by, status: 'READ', upToSeq: 3 },
    ])
  })
})

describe('an own send', () => {
  it('advances the own mark if nothing unread lies before it', async () => {
    const { bob } = acme
    const { id } = await groupOf(acme.alice, 2, [bob])
    await markRead(bob, id, 2)
    await bob.say({ conversationId: id }, 'Mine')
    expect((await marksOf(bob, id)).get(bob.userId)).toEqual([3, 3])
  })

  it('leaves it where it is otherwise, with a reminder too', async () => {
    const { bob } = acme
    const { id } = await groupOf(acme.alice, 2, [bob])
    await markRead(bob, id, 1)
    await bob.say({ conversationId: id }, 'Not having read all')
    expect((await marksOf(bob, id)).get(bob.userId)).toEqual([1, 1])
    await markRead(bob, id)
    await markUnread(bob, id, 2)
    await bob.say({ conversationId: id }, 'With a reminder')
    expect((await marksOf(bob, id)).get(bob.userId)).toEqual([3, 3])
    const { conversation } = await bob.run('query ($id: ID!) { conversation(id: $id) { unreadCount } }', {
      id,
    })
    expect(conversation.unreadCount).toBe(1)
  })
})

describe('marking unread', () => {
  it('is a private reminder from there on, until that is read', async () => {
    const { alice, bob } = acme
    const { id, messages } = await groupOf(acme.alice, 5, [bob])
    await markRead(bob, id)
    const before = await receiptsOf(alice, messages[3])
    await using events = await alice.watch(id, '... on ReceiptAdvanced { status }')
    await using inbox = await bob.inbox('... on ConversationRead { conversation { id unreadCount } }')
    const marked = await markUnread(bob, id, 4)
    expect(marked).toMatchObject({ conversation: { unreadCount: 2, lastReadSeq: 5 } })
    await inbox.event(({ conversation }) => conversation?.id === id && conversation.unreadCount === 2)
    expect(await statusOf(alice, messages[3])).toBe('READ')
    expect(await receiptsOf(alice, messages[3])).toEqual(before)
    await alice.say({ conversationId: id }, 'Six')
    await events.count(1)
    expect(events.events.map(({ __typename }) => __typename)).toEqual(['MessageSent'])
    const { conversation } = await bob.run('query ($id: ID!) { conversation(id: $id) { unreadCount } }', {
      id,
    })
    expect(conversation.unreadCount).toBe(3)
    expect((await markRead(bob, id, 1)).conversation).toMatchObject({ unreadCount: 3, lastReadSeq: 5 })
    expect((await markRead(bob, id, 4)).conversation).toMatchObject({ unreadCount: 2, lastReadSeq: 5 })
    expect((await markRead(bob, id, 6)).conversation).toMatchObject({ unreadCount: 0, lastReadSeq: 6 })
  })

  it.each([[0], [-1], [3], [2 ** 31 - 1]])('from message %i of two is refused', async (fromSeq) => {
    const { id } = await groupOf(acme.alice, 2, [acme.bob])
    expect(await markUnread(acme.bob, id, fromSeq)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['fromSeq'] }],
    })
  })
})
