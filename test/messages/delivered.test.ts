import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { acknowledge, markRead, marksOf, receiptsOf, statusOf } from '../support/marks.ts'
import { sharedApp } from '../support/shared-app.ts'

const ADVANCED =
  '... on ReceiptAdvanced { user { id } status upToSeq } ... on MessageSent { message { body } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
beforeAll(async () => {
  app = await sharedApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

/** A message of alice's, to bob or to bob and carol. */
const kinds: {
  kind: string
  send(): Promise<{ conversationId: string; message: Data; readers: Client[] }>
}[] = [
  {
    kind: 'a direct conversation',
    async send() {
      const { alice, bob } = acme
      const message = await alice.say({ recipientId: bob.userId }, 'Hello')
      return { conversationId: await conversationOf(message), message, readers: [bob] }
    },
  },
  {
    kind: 'a group',
    async send() {
      const { alice, bob, carol } = acme
      const conversationId = await alice.group('Team', [bob, carol])
      return {
        conversationId,
        message: await alice.say({ conversationId }, 'Hello'),
        readers: [bob, carol],
      }
    },
  },
  {
    kind: 'a conversation for everybody',
    async send() {
      const { alice, bob, carol } = acme
      const made = await alice.mutate('createGlobalConversation', { title: 'News' }, 'conversation { id }')
      const conversationId = made.conversation.id
      const message = await alice.say({ conversationId }, 'Hello')
      return { conversationId, message, readers: [bob, carol] }
    },
  },
  { kind: 'a broadcast to all', send: () => broadcast('ALL') },
  { kind: 'a broadcast to people', send: () => broadcast('USERS') },
]

async function conversationOf({ id }: Data): Promise<string> {
  const query = 'query ($id: ID!) { message(id: $id) { conversation { id } } }'
  return (await acme.alice.run(query, { id })).message.conversation.id
}

async function broadcast(audience: 'ALL' | 'USERS') {
  const { alice, bob, carol } = acme
  const userIds = audience === 'USERS' ? [bob.userId, carol.userId] : undefined
  const sent = await alice.mutate(
    'sendBroadcast',
    { audience, userIds, subject: 'News', body: 'We moved.' },
    'broadcast { conversation { id lastMessage { id } } }',
  )
  const { id: conversationId, lastMessage: message } = sent.broadcast.conversation
  return { conversationId, message, readers: [bob, carol] }
}

describe.each(kinds)('in $kind', ({ send }) => {
  it('the sender receives each delivery as an event, and the status follows the last of them', async () => {
    const { alice } = acme
    const { conversationId, message, readers } = await send()
    await using watch = await alice.watch(conversationId, ADVANCED)
    // Whatever alice acknowledges of her own changes nothing for her.
    await acknowledge(alice, [{ conversationId, upToSeq: 1 }])
    await markRead(alice, conversationId)
    for (const [status, move] of [
      ['DELIVERED', (each: Client) => acknowledge(each, [{ conversationId, upToSeq: 1 }])],
      ['READ', (each: Client) => markRead(each, conversationId)],
    ] as const) {
      for (const reader of readers) {
        expect(await statusOf(alice, message)).toBe(status === 'READ' ? 'DELIVERED' : 'SENT')
        await move(reader)
        await move(reader)
        await watch.event((event) => event.user?.id === reader.userId && event.status === status)
      }
      expect(await statusOf(alice, message)).toBe(status)
    }
    const receipts = watch.events.filter(({ user }) => user && user.id !== alice.userId)
    expect(receipts.map(({ status }) => status)).toEqual([
      ...readers.map(() => 'DELIVERED'),
      ...readers.map(() => 'READ'),
    ])
    expect((await receiptsOf(alice, message)).nodes).toHaveLength(readers.length)
  })
})

describe('acknowledgements and reads at once', () => {
  it('end at the furthest of each, tell of no step back, and stand as they were told', async () => {
    const { alice, bob, carol } = acme
    const conversationId = await alice.group('Team', [bob, carol])
    for (let seq = 1; seq <= 20; seq += 1) await alice.say({ conversationId }, `No ${seq}`)
    await using watch = await alice.watch(conversationId, ADVANCED)
    const moves = Array.from({ length: 20 }, (_, at) => ((at * 7) % 20) + 1)
    const answers: Data[] = await Promise.all(
      moves.flatMap((upToSeq) =>
        [bob, carol].flatMap((each) => [
          acknowledge(each, [{ conversationId, upToSeq }]),
          markRead(each, conversationId, Math.min(upToSeq, 15)),
        ]),
      ),
    )
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(
      new Set(['AcknowledgeDeliveryPayload', 'MarkReadPayload']),
    )
    await alice.say({ conversationId }, 'end')
    await watch.event(({ message }) => message?.body === 'end')
    for (const { userId } of [bob, carol]) {
      expect((await marksOf(alice, conversationId)).get(userId)).toEqual([15, 20])
      for (const [status, last] of [
        ['DELIVERED', 20],
        ['READ', 15],
      ] as const) {
        const told = watch.events.filter(({ user, status: each }) => user?.id === userId && each === status)
        const seqs = told.map(({ upToSeq }) => upToSeq)
        expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other))
        expect(seqs.at(-1)).toBe(last)
      }
    }
  })

  it('of many conversations in any order never end in a deadlock', async () => {
    const { alice, bob, carol } = acme
    const sent: string[] = []
    for (let at = 0; at < 4; at += 1) {
      sent.push((await broadcast('ALL')).conversationId)
      const groupId = await alice.group(`Group ${at}`, [bob, carol])
      await alice.say({ conversationId: groupId }, 'Hello')
      sent.push(groupId)
    }
    const forward = sent.map((conversationId) => ({ conversationId, upToSeq: 1 }))
    const answers: Data[] = await Promise.all(
      [bob, carol, alice].flatMap((each) => [
        acknowledge(each, forward),
        ...sent.map((conversationId) => markRead(each, conversationId)),
        acknowledge(each, forward.toReversed()),
        alice.say({ conversationId: sent[1] ?? '' }, 'Meanwhile'),
      ]),
    )
    const refused = answers.filter(({ __typename }) => __typename?.endsWith('Error'))
    expect(refused).toEqual([])
    for (const { userId } of [bob, carol]) {
      expect((await marksOf(alice, sent[0] ?? '')).get(userId)).toEqual([1, 1])
    }
  })
})

describe('a broadcast', () => {
  it('is delivered when its recipients have it, whoever joins and acknowledges later', async () => {
    const { alice, bob, carol } = acme
    const { conversationId, message } = await broadcast('ALL')
    const dave = await app.newcomer(alice, acme.companyId, 'dave')
    await acknowledge(dave, [{ conversationId, upToSeq: 1 }])
    await markRead(dave, conversationId)
    await acknowledge(bob, [{ conversationId, upToSeq: 1 }])
    expect(await statusOf(alice, message)).toBe('SENT')
    await acknowledge(carol, [{ conversationId, upToSeq: 1 }])
    expect(await statusOf(alice, message)).toBe('DELIVERED')
  })
})
