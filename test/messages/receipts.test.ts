import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { acknowledge, groupOf, markRead, marksOf, receiptsOf, statusOf } from '../support/marks.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('a message', () => {
  it('is sent, then delivered, then read, each with its time', async () => {
    const { alice, bob } = acme
    const { id, messages } = await groupOf(acme.alice, 2, [bob])
    const [first, second] = messages
    expect([await statusOf(alice, first), await receiptsOf(alice, first)]).toMatchObject([
      'SENT',
      { nodes: [] },
    ])
    await acknowledge(bob, [{ conversationId: id, upToSeq: 1 }])
    expect([await statusOf(alice, first), await statusOf(alice, second)]).toEqual(['DELIVERED', 'SENT'])
    const [delivered] = (await receiptsOf(alice, first)).nodes
    expect(delivered).toMatchObject({ user: { id: bob.userId }, status: 'DELIVERED', readAt: null })
    await markRead(bob, id, 1)
    expect([await statusOf(alice, first), await statusOf(alice, second)]).toEqual(['READ', 'SENT'])
    const [read] = (await receiptsOf(alice, first)).nodes
    expect(read).toMatchObject({
      user: { id: bob.userId },
      status: 'READ',
      deliveredAt: delivered.deliveredAt,
    })
    expect(Date.parse(read.readAt)).toBeGreaterThanOrEqual(Date.parse(read.deliveredAt))
    expect(await statusOf(bob, first)).toBeNull()
  })

  it('read without having been acknowledged is delivered at that moment', async () => {
    const { alice, bob } = acme
    const { id, messages } = await groupOf(acme.alice, 1, [bob])
    await markRead(bob, id)
    const [receipt] = (await receiptsOf(alice, messages[0])).nodes
    expect(receipt).toMatchObject({ status: 'READ', deliveredAt: receipt.readAt })
  })

  it('stands where its least advanced recipient does', async () => {
    const { alice, bob, carol } = acme
    const { id, messages } = await groupOf(acme.alice, 1, [bob, carol])
    await markRead(bob, id)
    expect(await statusOf(alice, messages[0])).toBe('SENT')
    await acknowledge(carol, [{ conversationId: id, upToSeq: 1 }])
    expect(await statusOf(alice, messages[0])).toBe('DELIVERED')
    await markRead(carol, id)
    expect(await statusOf(alice, messages[0])).toBe('READ')
  })

  it('does not become unread by newcomers, who are listed once they have moved past it', async () => {
    const { alice, bob, carol } = acme
    const { id, messages } = await groupOf(acme.alice, 1, [bob])
    await markRead(bob, id)
    await alice.mutate('addParticipants', { conversationId: id, userIds: [carol.userId] })
    expect(await statusOf(alice, messages[0])).toBe('READ')
    await markRead(carol, id)
    const { nodes } = await receiptsOf(alice, messages[0])
    expect(nodes.map(({ user }: Data) => user.id)).toEqual([carol.userId, bob.userId])
    const next = await alice.say({ conversationId: id }, 'For both')
    await markRead(bob, id)
    expect(await statusOf(alice, next)).toBe('SENT')
  })

  it('stays read when its reader leaves, and when that person returns', async () => {
    const { alice, bob } = acme
    const { id, messages } = await groupOf(alice, 1, [bob])
    await markRead(bob, id)
    await bob.mutate('leaveGroup', { groupId: id })
    expect(await statusOf(alice, messages[0])).toBe('READ')
    const away = await alice.say({ conversationId: id }, 'While bob is away')
    await alice.mutate('addParticipants', { conversationId: id, userIds: [bob.userId] })
    expect(await statusOf(alice, messages[0])).toBe('READ')
    expect((await receiptsOf(alice, messages[0])).nodes).toMatchObject([
      { user: { id: bob.userId }, status: 'READ' },
    ])
    expect(await statusOf(alice, away)).toBe('SENT')
    await markRead(bob, id)
    expect(await statusOf(alice, away)).toBe('READ')
  })

  it('to nobody else stays sent', async () => {
    const { messages } = await groupOf(acme.alice, 1, [])
    expect(await statusOf(acme.alice, messages[0])).toBe('SENT')
  })
})

describe('the receipts of a message', () => {
  it('show who has read what in a group: latest first, at the first move at or past it', async () => {
    const { bob, carol, dave } = acme
    const { id, messages } = await groupOf(acme.alice, 4, [bob, carol, dave])
    await markRead(bob, id, 3)
    await acknowledge(carol, [{ conversationId: id, upToSeq: 4 }])
    await markRead(dave, id, 2)
    await markRead(carol, id, 2)
    await markRead(bob, id, 4)
    await markRead(dave, id, 4)
    const receipts = await Promise.all(
      messages.map(async (message) => (await receiptsOf(bob, message)).nodes),
    )
    const names = new Map(
      [bob, carol, dave].map((client) => [client.userId, client.externalId.split('@')[0]]),
    )
    const standing = receipts.map((nodes) =>
      nodes.map(({ user, status }: Data) => [names.get(user.id), status]),
    )
    expect(standing).toEqual([
      [
        ['carol', 'READ'],
        ['dave', 'READ'],
        ['bob', 'READ'],
      ],
      [
        ['carol', 'READ'],
        ['dave', 'READ'],
        ['bob', 'READ'],
      ],
      [
        ['dave', 'READ'],
        ['carol', 'DELIVERED'],
        ['bob', 'READ'],
      ],
      [
        ['dave', 'READ'],
        ['bob', 'READ'],
        ['carol', 'DELIVERED'],
      ],
    ])
    const readAt = (seq: number, client: Client) =>
      receipts[seq - 1]?.find(({ user }: Data) => user.id === client.userId).readAt
    // One move covers the first three messages, another the fourth.
    expect([readAt(1, bob), readAt(2, bob)]).toEqual([readAt(3, bob), readAt(3, bob)])
    expect(readAt(4, bob) > readAt(3, bob)).toBe(true)
    expect(readAt(1, dave)).toBe(readAt(2, dave))
    expect(readAt(3, dave)).toBe(readAt(4, dave))
  })

  it('come in pages', async () => {
    const { bob, carol, dave } = acme
    const { id, messages } = await groupOf(acme.alice, 1, [bob, carol, dave])
    for (const reader of [bob, carol, dave]) await markRead(reader, id)
    const first = await receiptsOf(acme.alice, messages[0], '(first: 2)')
    const second = await receiptsOf(
      acme.alice,
      messages[0],
      `(first: 2, after: "${first.pageInfo.endCursor}")`,
    )
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false])
    const people = [...first.nodes, ...second.nodes].map(({ user }: Data) => user.id)
    expect(people).toHaveLength(3)
    expect(new Set(people)).toEqual(new Set([bob.userId, carol.userId, dave.userId]))
  })
})

describe('acknowledging delivery', () => {
  it('is cumulative, in many conversations at once', async () => {
    const { alice, bob } = acme
    const one = await groupOf(acme.alice, 3, [bob])
    const two = await groupOf(acme.alice, 2, [bob])
    const answer = await acknowledge(bob, [
      { conversationId: one.id, upToSeq: 1 },
      { conversationId: two.id, upToSeq: 2 },
      { conversationId: one.id, upToSeq: 3 },
    ])
    expect(answer.conversations).toEqual([{ id: one.id }, { id: two.id }])
    await acknowledge(bob, [{ conversationId: one.id, upToSeq: 2 }])
    expect((await marksOf(alice, one.id)).get(bob.userId)).toEqual([0, 3])
    expect((await marksOf(alice, two.id)).get(bob.userId)).toEqual([0, 2])
  })

  it('is all or none', async () => {
    const { alice, bob, carol } = acme
    const good = await groupOf(acme.alice, 1, [bob])
    const foreign = await groupOf(acme.alice, 1, [carol])
    const others: [string, number, Data][] = [
      [foreign.id, 1, { __typename: 'PermissionDeniedError' }],
      [good.id, 2, { __typename: 'InvalidInputError', issues: [{ path: ['marks', '1', 'upToSeq'] }] }],
      [good.id, 0, { __typename: 'InvalidInputError', issues: [{ path: ['marks', '1', 'upToSeq'] }] }],
      [
        'nonsense',
        1,
        { __typename: 'InvalidInputError', issues: [{ path: ['marks', '1', 'conversationId'] }] },
      ],
    ]
    for (const [conversationId, upToSeq, expected] of others) {
      const marks = [
        { conversationId: good.id, upToSeq: 1 },
        { conversationId, upToSeq },
      ]
      expect(await acknowledge(bob, marks)).toMatchObject(expected)
    }
    expect((await marksOf(alice, good.id)).get(bob.userId)).toEqual([0, 0])
  })

  it.each([[0], [1001]])('of %i conversations is refused', async (count) => {
    const { id } = await groupOf(acme.alice, 1, [acme.bob])
    const marks = Array.from({ length: count }, () => ({ conversationId: id, upToSeq: 1 }))
    expect(await acknowledge(acme.bob, marks)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['marks'] }],
    })
  })

  it('waits for one conversation without holding up the company', async () => {
    const { alice, bob, carol } = acme
    const groups = [await groupOf(acme.alice, 1, [bob]), await groupOf(acme.alice, 1, [bob])]
    await withClient(app.database.adminUrl, async (holder) => {
      await holder.query('begin')
      // The mark that is taken last: conversations come in the order of their ids.
      await holder.query(
        `select from participants where user_id = $1 and conversation_id = (
           select max(p.conversation_id::text)::uuid from participants p where p.user_id = $1 and p.conversation_id::text = any($2)
         ) for update`,
        [bob.uuid, groups.map(({ id }) => Buffer.from(id, 'base64url').toString().split(':')[1])],
      )
      const waiting = acknowledge(
        bob,
        groups.map(({ id }) => ({ conversationId: id, upToSeq: 1 })),
      )
      await waitingStatements(app.database.adminUrl, (pids) => pids.length > 0)
      await alice.say({ recipientId: carol.userId }, 'Not held up')
      await holder.query('rollback')
      expect(await waiting).toMatchObject({ __typename: 'AcknowledgeDeliveryPayload' })
    })
  })
})
