import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'eve'>
let open: string
let secret: string
let empty: string

beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', eve: 'member' })
  const { alice, bob } = acme
  open = await alice.group('Open', [bob])
  secret = await alice.group('Secret', [bob])
  empty = await alice.group('Empty', [bob])
  for (const id of [open, secret])
    for (let seq = 1; seq <= 4; seq += 1) await alice.say({ conversationId: id }, `Message ${seq}`)
  await alice.mutate('updateGroup', { groupId: secret, access: 'PRIVATE' })
})
afterAll(() => app[Symbol.asyncDispose]())

const MESSAGES =
  'messages(last: 3) { nodes { id seq body author { id } } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor } }'

/** As it is asked for alone, and beside other things of the conversation. */
async function bothWays(client: TestCompany<'bob'>['bob'], id: string, messages = MESSAGES) {
  const ask = (fields: string) =>
    client.send(`query ($id: ID!) { conversation(id: $id) { id ${fields} } }`, { id })
  const [alone, beside] = [await ask(messages), await ask(`unreadCount ${messages}`)]
  const conversation = beside.data?.conversation
  if (conversation) delete conversation.unreadCount
  return { alone, beside }
}

describe('a conversation opened with one page of its messages', () => {
  it('costs one statement', async () => {
    const query = `query ($id: ID!) { conversation(id: $id) { ${MESSAGES} } }`
    await acme.bob.run(query, { id: open })
    expect(await statementsOf(() => acme.bob.run(query, { id: open }))).toHaveLength(1)
  })

  it('is the same as when more is asked of it, for members, visitors and strangers', async () => {
    for (const person of ['bob', 'eve'] as const) {
      for (const id of [open, secret, empty]) {
        const { alone, beside } = await bothWays(acme[person], id)
        expect({ person, alone }).toEqual({ person, alone: beside })
      }
    }
    expect((await bothWays(acme.bob, open)).alone.data?.conversation.messages.nodes).toHaveLength(3)
    expect((await bothWays(acme.eve, open)).alone.data?.conversation.messages.nodes).toEqual([])
    expect((await bothWays(acme.eve, secret)).alone.data?.conversation).toBeNull()
  })

  it('is rejected for what is wrong with the page, at the page', async () => {
    for (const args of ['last: 500', 'last: 1, first: 1', 'before: "x"', 'last: 2, aroundSeq: 1']) {
      const { alone, beside } = await bothWays(acme.bob, open, `messages(${args}) { nodes { id } }`)
      expect(alone.errors?.[0]?.path).toEqual(['conversation', 'messages'])
      expect(alone.errors?.[0]?.message).toBe(beside.errors?.[0]?.message)
    }
  })

  it('keeps two pages apart', async () => {
    const { conversation } = await acme.bob.run(
      `query ($id: ID!) { conversation(id: $id) { a: messages(last: 1) { nodes { seq } } b: messages(last: 2) { nodes { seq } } } }`,
      { id: open },
    )
    expect([conversation.a.nodes.length, conversation.b.nodes.length]).toEqual([1, 2])
  })
})
