import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function read(viewer: Client, id: string, selection: string) {
  const { message } = await viewer.run(`query ($id: ID!) { message(id: $id) { ${selection} } }`, { id })
  return message
}

describe('replies', () => {
  it('know their parent and depth, and are listed with it in order', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Replies', [bob])
    const top = await alice.say({ conversationId: group }, 'Question')
    const replies: Data[] = []
    for (const body of ['First', 'Second', 'Third']) {
      replies.push(await bob.say({ conversationId: group }, body, { parentId: top.id }))
    }
    const nested = await alice.say({ conversationId: group }, 'Nested', { parentId: replies[0].id })
    expect([top.depth, replies[0].depth, nested.depth]).toEqual([0, 1, 2])
    const firstTwo = `replyCount replies(first: 2) { nodes { id parent { id } } pageInfo { hasNextPage endCursor } }`
    const page = await read(alice, top.id, firstTwo)
    const child = (index: number) => ({ id: replies[index].id, parent: { id: top.id } })
    expect(page).toMatchObject({
      replyCount: 3,
      replies: { nodes: [child(0), child(1)], pageInfo: { hasNextPage: true } },
    })
    const rest = `replies(first: 2, after: "${page.replies.pageInfo.endCursor}") { nodes { id parent { id } } pageInfo { hasNextPage } }`
    expect(await read(alice, top.id, rest)).toEqual({
      replies: { nodes: [child(2)], pageInfo: { hasNextPage: false } },
    })
  })

  it('are read level by level for a whole page in one statement each, or all levels at once', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Trees', [bob])
    const tree: Record<string, Data> = {}
    for (const [name, parent] of [
      ['a', ''],
      ['b', ''],
      ['a1', 'a'],
      ['b1', 'b'],
      ['a11', 'a1'],
      ['a2', 'a'],
      ['a111', 'a11'],
    ] as const) {
      tree[name] = await bob.say({ conversationId: group }, name, parent ? { parentId: tree[parent].id } : {})
    }
    const nested = `query ($id: ID!) { conversation(id: $id) { messages(first: 2) { nodes {
      body replyCount replies(first: 5) { nodes { body replyCount replies(first: 5) { nodes { body } } } } } } } }`
    let read: Data
    const statements = await statementsOf(async () => {
      read = await alice.run(nested, { id: group })
    })
    const bodies = ({ nodes }: Data) => nodes.map(({ body }: Data) => body)
    const [a, b] = read.conversation.messages.nodes
    expect([bodies(a.replies), bodies(b.replies), bodies(a.replies.nodes[0].replies)]).toEqual([
      ['a1', 'a2'],
      ['b1'],
      ['a11'],
    ])
    expect(statements.filter((text) => text.includes('unnest($3::uuid[]) parent'))).toHaveLength(2)
    const all = `query ($id: ID!, $after: String) { message(id: $id) { replies(subtree: true, first: 3, after: $after) {
      nodes { body depth parent { body } } pageInfo { endCursor hasNextPage } } } }`
    const first = (await alice.run(all, { id: tree.a.id })).message.replies
    expect(first).toMatchObject({
      nodes: [
        { body: 'a1', depth: 1, parent: { body: 'a' } },
        { body: 'a11', depth: 2, parent: { body: 'a1' } },
        { body: 'a2', depth: 1, parent: { body: 'a' } },
      ],
      pageInfo: { hasNextPage: true },
    })
    const rest = (await alice.run(all, { id: tree.a.id, after: first.pageInfo.endCursor })).message.replies
    expect([bodies(rest), rest.pageInfo.hasNextPage]).toEqual([['a111'], false])
    await alice.mutate('hideMessage', { messageId: tree.a11.id })
    expect(bodies((await alice.run(all, { id: tree.a.id })).message.replies)).toEqual(['a1', 'a2', 'a111'])
  })

  it('go as deep as the company allows, and a lowered limit keeps existing ones', async () => {
    const { alice, bob } = await app.company('Deep', { alice: 'owner', bob: 'member' })
    const group = await alice.group('Deep', [bob])
    const reply = (parentId?: string) =>
      bob.mutate(
        'sendMessage',
        { conversationId: group, body: 'Deeper', ...(parentId && { parentId }) },
        'message { id depth }',
      )
    let last = (await reply()).message
    for (let depth = 1; depth <= 8; depth += 1) {
      last = (await reply(last.id)).message
      expect(last.depth).toBe(depth)
    }
    const ninth = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
      __typename ... on UserError { detail } ... on ThreadTooDeepError { maxDepth } } }`
    const refused = { input: { conversationId: group, body: 'Too deep', parentId: last.id } }
    expect((await bob.run(ninth, refused)).sendMessage).toMatchObject({
      __typename: 'ThreadTooDeepError',
      maxDepth: 8,
    })
    await alice.mutate('updateCompanySettings', { maxThreadDepth: 2 })
    expect((await bob.run(ninth, refused)).sendMessage).toMatchObject({ maxDepth: 2 })
    expect(await read(bob, last.id, 'depth')).toEqual({ depth: 8 })
  })
})
