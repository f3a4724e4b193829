import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

/** Everything row 2.3 of the features names. */
const ROW = `id kind title counterpart { id name } lastMessage { body seq createdAt author { name } }
  lastActivityAt unreadCount hasUnreadMention isMuted mutedUntil`

async function inbox(client: Client, filter: Data = {}, fields = 'id title'): Promise<Data[]> {
  const query = `query ($filter: ConversationFilter) { conversations(filter: $filter) { nodes { ${fields} } } }`
  return (await client.run(query, { filter })).conversations.nodes
}
const titles = async (client: Client, filter: Data = {}) =>
  (await inbox(client, filter)).map(({ title }) => title)

async function page(client: Client, first: number, after: string | null, filter: Data = {}): Promise<Data> {
  const query = `query ($first: Int, $after: String, $filter: ConversationFilter) {
    conversations(first: $first, after: $after, filter: $filter) {
      nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } } }`
  return (await client.run(query, { first, after, filter })).conversations
}

describe('the inbox', () => {
  let acme: TestCompany<'alice' | 'zoe' | 'carol'>
  let group: string
  beforeAll(async () => {
    acme = await app.company('Acme', { alice: 'owner', zoe: 'member', carol: 'member' })
    const { alice, zoe, carol } = acme
    await alice.mutate('syncMembers', { members: [{ externalId: zoe.externalId, name: 'Zoë Ångström' }] })
    group = await alice.group('Café Zürich', [zoe, carol])
    await alice.say({ conversationId: group }, 'Who brings milk?')
    await zoe.say({ recipientId: alice.userId }, 'Hi Alice')
    await zoe.say({ recipientId: alice.userId }, 'Still there?')
    await alice.say({ recipientId: carol.userId }, 'Hi Carol')
  })

  it('shows kind, title, counterpart, last message, last activity and unread count, latest first', async () => {
    const rows = await inbox(acme.alice, {}, ROW)
    const quiet = { hasUnreadMention: false, isMuted: false, mutedUntil: null, id: expect.any(String) }
    const last = (seq: number, body: string, name: string) => ({
      seq,
      body,
      author: { name },
      createdAt: expect.any(String),
    })
    expect(rows).toEqual([
      {
        ...quiet,
        kind: 'DIRECT',
        title: 'Carol Acme',
        counterpart: { id: acme.carol.userId, name: 'Carol Acme' },
        lastMessage: last(1, 'Hi Carol', 'Alice Acme'),
        lastActivityAt: rows[0]?.lastMessage.createdAt,
        unreadCount: 0,
      },
      {
        ...quiet,
        kind: 'DIRECT',
        title: 'Zoë Ångström',
        counterpart: { id: acme.zoe.userId, name: 'Zoë Ångström' },
        lastMessage: last(2, 'Still there?', 'Zoë Ångström'),
        lastActivityAt: rows[1]?.lastMessage.createdAt,
        unreadCount: 2,
      },
      {
        ...quiet,
        kind: 'GROUP',
        title: 'Café Zürich',
        counterpart: null,
        lastMessage: last(1, 'Who brings milk?', 'Alice Acme'),
        lastActivityAt: rows[2]?.lastMessage.createdAt,
        unreadCount: 0,
      },
    ])
  })

  it('filters by kind, context type and unread', async () => {
    const { alice } = acme
    expect(await titles(alice, { kinds: ['GROUP'] })).toEqual(['Café Zürich'])
    expect(await titles(alice, { kinds: ['DIRECT'] })).toEqual(['Carol Acme', 'Zoë Ångström'])
    expect(await titles(alice, { kinds: ['DIRECT', 'GROUP'] })).toHaveLength(3)
    expect(await titles(alice, { kinds: ['GLOBAL', 'BROADCAST', 'CONTEXT'] })).toEqual([])
    expect(await titles(alice, { contextType: 'PLAN' })).toEqual([])
    expect(await titles(alice, { unreadOnly: true })).toEqual(['Zoë Ångström'])
    expect(await titles(alice, { unreadOnly: false })).toHaveLength(3)
    expect(
      await titles(alice, { kinds: null, contextType: null, unreadOnly: null, muted: null, search: null }),
    ).toHaveLength(3)
    expect(await titles(alice, { unreadOnly: true, kinds: ['GROUP'] })).toEqual([])
    expect(await titles(acme.carol, { unreadOnly: true, kinds: ['GROUP'] })).toEqual(['Café Zürich'])
  })

  it.each([
    ['zoe', ['Zoë Ångström']],
    ['ÅNGSTROM', ['Zoë Ångström']],
    ['str', ['Zoë Ångström']],
    ['cafe', ['Café Zürich']],
    ['ZÜR', ['Café Zürich']],
    ['alice', []],
    ['c', ['Carol Acme', 'Café Zürich']],
    ['%', []],
    ['_', []],
    ['\\', []],
    ['  ', ['Carol Acme', 'Zoë Ångström', 'Café Zürich']],
  ])("finds by the other person's name and by title, without accents and case: %s", async (search, found) => {
    expect(await titles(acme.alice, { search })).toEqual(found)
  })

  it('answers invalid arguments with BAD_USER_INPUT', async () => {
    const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const uuid = '00000000-0000-4000-8000-000000000000'
    const key = (at: string) => made([at, uuid, at])
    const good = key('2026-11-21T00:00:00.000Z')
    const bad: Data[] = [
      { first: 101 },
      { first: -1 },
      { first: 2 ** 31 },
      { last: 10 },
      { before: good },
      { first: 5, last: 5 },
      { after: '' },
      { after: 'nonsense' },
      { after: `${good}x!` },
      { after: made({}) },
      { after: made(['2026-11-21T00:00:00.000Z', uuid]) },
      { after: key('2026-02-31T00:00:00.000Z') },
      { after: key('0000-01-01T00:00:00.000Z') },
      { after: key('now') },
      { filter: { kinds: ['SECRET'] } },
      { filter: { contextType: 'NOTHING' } },
      { filter: { search: 'a\0' } },
      { filter: { search: '\udc00' } },
      { filter: { search: 'x'.repeat(10_000) } },
      { filter: { unknown: true } },
    ]
    const query = `query ($first: Int, $last: Int, $after: String, $before: String, $filter: ConversationFilter) {
      conversations(first: $first, last: $last, after: $after, before: $before, filter: $filter) { nodes { id } } }`
    const codeOf = async (variables: Data) =>
      (await acme.alice.send(query, variables)).errors?.[0]?.extensions?.code
    for (const variables of bad)
      expect([variables, await codeOf(variables)]).toEqual([variables, 'BAD_USER_INPUT'])
    for (const variables of [{ first: 0 }, { first: 1 }, { first: 100 }, { after: good }])
      expect([variables, await codeOf(variables)]).toEqual([variables, undefined])
  })

  it('gives pages of any size, with cursors that go on from there', async () => {
    const { alice } = acme
    const all = (await inbox(alice)).map(({ id }) => id)
    expect(await page(alice, 0, null)).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: true, endCursor: null },
    })
    let after: string | null = null
    for (const [index, id] of all.entries()) {
      const { nodes, pageInfo, edges } = await page(alice, 1, after)
      expect(nodes).toEqual([{ id }])
      expect(pageInfo).toEqual({
        hasNextPage: index < all.length - 1,
        hasPreviousPage: index > 0,
        startCursor: edges[0].cursor,
        endCursor: edges[0].cursor,
      })
      after = pageInfo.endCursor
    }
    expect((await page(alice, 1, after)).nodes).toEqual([])
  })
})

describe('paging through the inbox', () => {
  const SIZE = 8
  const people = Object.fromEntries(Array.from({ length: SIZE }, (_, index) => [`p${index}`, 'member']))
  let crowd: Record<string, Client>
  let viewer: Client
  beforeAll(async () => {
    crowd = await app.company('Crowd', { viewer: 'owner', ...people } as Record<string, string>)
    viewer = crowd.viewer as Client
    for (const name of Object.keys(people)) await crowd[name]?.say({ recipientId: viewer.userId }, 'first')
  })

  it('neither skips nor repeats, whatever arrives between the pages', async () => {
    const arrivals = fc.array(fc.array(fc.nat(SIZE - 1), { maxLength: 4 }), {
      minLength: SIZE,
      maxLength: SIZE,
    })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), arrivals, async (first, between) => {
        const expected = (await inbox(viewer)).map(({ id }) => id)
        const seen: string[] = []
        let after: string | null = null
        for (const senders of between) {
          const { nodes, pageInfo }: Data = await page(viewer, first, after)
          seen.push(...nodes.map(({ id }: Data) => id))
          if (!pageInfo.hasNextPage) break
          after = pageInfo.endCursor
          for (const sender of senders) await crowd[`p${sender}`]?.say({ recipientId: viewer.userId }, 'more')
        }
        expect(seen).toEqual(expected)
      }),
      { numRuns: 8 },
    )
  })

  it('shows conversations that are new since the first page only when it is read again', async () => {
    const { pageInfo } = await page(viewer, 5, null)
    const created = await viewer.group('Brand new')
    const rest = await page(viewer, 100, pageInfo.endCursor)
    expect(rest.nodes).toHaveLength(SIZE - 5)
    expect(rest.nodes).not.toContainEqual({ id: created })
    expect((await page(viewer, 1, null)).nodes).toEqual([{ id: created }])
  })

  it('costs two statements, whatever the page size', async () => {
    for (const first of [2, 5, 100]) {
      const query = `{ conversations(first: ${first}) { nodes { ${ROW} } pageInfo { endCursor hasNextPage } } }`
      await viewer.run(query)
      expect(await statementsOf(() => viewer.run(query))).toHaveLength(2)
    }
  })
})
