import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let group: string
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  const { alice, bob, carol } = acme
  group = await alice.group('Plans', [bob, carol])
  await alice.mutate('createGlobalConversation', { title: 'All hands' }, 'conversation { id }')
  for (let n = 1; n <= 4; n += 1) await bob.say({ recipientId: alice.userId }, `note ${n}`)
  await carol.say({ conversationId: group }, 'first')
})
afterAll(() => app[Symbol.asyncDispose]())

const SCREEN = `id kind title lastMessage { id seq body state createdAt author { id name } } lastSeq lastActivityAt lastReadSeq
  isMuted mutedUntil unreadCount`
const TOTALS = 'viewer { unread { total direct group global mentions } }'

/** The screen as it is read in one statement, and the same asked for with a condition that all conversations meet. */
async function bothWays(client: Client): Promise<[Data, Data]> {
  const page = (args: string) =>
    `{ conversations(first: 5${args}) { edges { cursor } nodes { ${SCREEN} } pageInfo { endCursor hasNextPage } } }`
  const first: Data = await client.run(page('').replace(/}$/, `${TOTALS} }`))
  const other: Data = await client.run(page(', filter: { unreadOnly: false }'))
  return [first, { ...other, ...(await client.run(`{ ${TOTALS} }`)) }]
}

describe('the first screen of the inbox', () => {
  const everybody = () => [acme.alice, acme.bob, acme.carol]

  it.each<[string, () => Promise<unknown>]>([
    ['after messages in direct, group and company-wide conversations', async () => {}],
    ['with a message read', () => acme.alice.mutate('markRead', { conversationId: group })],
    [
      'with a mention in a muted conversation',
      async () => {
        await acme.alice.mutate('muteConversation', { conversationId: group })
        await acme.bob.say({ conversationId: group }, 'look here', { mentionIds: [acme.alice.userId] })
      },
    ],
    [
      'with the last message hidden from one person',
      async () => {
        const { id } = await acme.carol.say({ conversationId: group }, 'hide me')
        await acme.bob.mutate('hideMessage', { messageId: id })
      },
    ],
    [
      'with the last message retracted',
      async () => {
        const { id } = await acme.carol.say({ conversationId: group }, 'too soon')
        await acme.carol.mutate('retractMessage', { messageId: id })
      },
    ],
    ['with a conversation hidden', () => acme.bob.mutate('hideConversation', { conversationId: group })],
    [
      'with a direct conversation that has no message',
      () => acme.alice.mutate('startDirectConversation', { userId: acme.carol.userId }),
    ],
    [
      'with somebody removed from a group',
      () => acme.alice.mutate('removeParticipant', { conversationId: group, userId: acme.carol.userId }),
    ],
  ])('shows what the list shows: %s', async (_name, change) => {
    await change()
    for (const person of everybody()) {
      const [screen, list] = await bothWays(person)
      expect(screen).toEqual(list)
    }
  })

  it('takes one statement with titles, previews and totals, and another for the counts if anything is unread', async () => {
    const query = `{ conversations(first: 20) { nodes { id title lastMessage { body author { id } } unreadCount } } ${TOTALS} }`
    const person = acme.bob
    const { conversations }: Data = await person.run(query)
    for (const { id } of conversations.nodes) await person.mutate('markRead', { conversationId: id })
    expect(await statementsOf(() => person.run(query))).toHaveLength(1)
    await acme.alice.say({ recipientId: person.userId }, 'unread')
    expect(await statementsOf(() => person.run(query))).toHaveLength(2)
    const { viewer }: Data = await person.run(query)
    expect(viewer.unread.total).toBe(1)
  })

  it('goes on with a page of the list that neither repeats nor skips', async () => {
    const page = (after: string | null) =>
      acme.alice.run(
        'query ($after: String) { conversations(first: 1, after: $after) { nodes { id title } pageInfo { endCursor } } }',
        { after },
      )
    const all: Data = await acme.alice.run('{ conversations { nodes { id } } }')
    const seen: string[] = []
    for (let after = null; seen.length < all.conversations.nodes.length; ) {
      const { conversations }: Data = await page(after)
      seen.push(conversations.nodes[0].id)
      after = conversations.pageInfo.endCursor
    }
    expect(seen).toEqual(all.conversations.nodes.map(({ id }: Data) => id))
  })

  it('is empty for a person who is new', async () => {
    const other = await app.company('Empty', { zoe: 'owner' })
    const [screen, list] = await bothWays(other.zoe)
    expect(screen).toEqual(list)
    expect(screen.conversations.nodes).toEqual([])
    expect(screen.viewer.unread.total).toBe(0)
  })
})
