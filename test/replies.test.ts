import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import type { Client, Data } from './support/client.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp()
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

  it('go as deep as the company allows, and a lowered limit keeps what is there', async () => {
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
