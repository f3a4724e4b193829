import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { encodeId, newId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }'
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

const base64url = (text: string) => Buffer.from(text).toString('base64url')

/** How a query was refused, without the words. */
async function rejection(client: Client, query: string, variables: Record<string, unknown>) {
  const { data, errors } = await client.send(query, variables)
  return { data, refused: errors?.map(({ path, extensions }) => ({ path, code: extensions?.code })) }
}

describe('node and nodes', () => {
  it('give what each id stands for', async () => {
    const { alice, bob, companyId } = acme
    const message = await alice.say({ recipientId: bob.userId }, 'Hello')
    const { viewer } = await bob.run('{ viewer { role { id } } }')
    const wanted = [
      { __typename: 'Company', id: companyId },
      { __typename: 'Conversation', id: message.conversationId },
      { __typename: 'Message', id: message.id },
      { __typename: 'Role', id: viewer.role.id },
      { __typename: 'User', id: alice.userId },
    ]
    for (const node of wanted) expect(await bob.run(NODE, { id: node.id })).toEqual({ node })
    expect(await bob.run(NODES, { ids: wanted.map(({ id }) => id) })).toEqual({ nodes: wanted })
  })

  it.each([
    ['of an unknown type', base64url(`Foo:${randomUUID()}`)],
    ['of a property of every object', base64url(`constructor:${randomUUID()}`)],
    ['of a type without ids', base64url(`Receipt:${randomUUID()}`)],
    ['without a type', base64url(`:${randomUUID()}`)],
    ['of nonsense', 'nonsense'],
    ['of nothing', ''],
  ])('refuse an id %s where it was asked for', async (_what, id) => {
    const { alice } = acme
    const code = 'BAD_USER_INPUT'
    expect(await rejection(alice, NODE, { id })).toEqual({
      data: { node: null },
      refused: [{ path: ['node'], code }],
    })
    expect(await rejection(alice, NODES, { ids: [alice.userId, id] })).toEqual({
      data: null,
      refused: [{ path: ['nodes'], code }],
    })
    const literal = `{ viewer { user { id } } here: node(id: "${id}") { id } }`
    expect(await rejection(alice, literal, {})).toEqual({
      data: { viewer: { user: { id: alice.userId } }, here: null },
      refused: [{ path: ['here'], code }],
    })
  })

  it('need MESSAGE_READ for messages, conversations and broadcasts', async () => {
    const { alice, bob } = await app.company('Initech', { alice: 'owner', bob: 'member' })
    const { id, conversationId } = await alice.say({ recipientId: bob.userId }, 'Unread')
    await withClient(app.database.adminUrl, (admin) =>
      admin.query(
        `update roles set permissions = '{MESSAGE_WRITE}'
        where (company_id, id) in (select company_id, role_id from users where id = $1)`,
        [bob.uuid],
      ),
    )
    const code = 'FORBIDDEN'
    const { data, refused } = await rejection(bob, 'query ($id: ID!) { message(id: $id) { id } }', { id })
    expect({ data, refused }).toEqual({ data: { message: null }, refused: [{ path: ['message'], code }] })
    const sent = await alice.mutate(
      'sendBroadcast',
      { audience: 'ALL', subject: 'a', body: 'b' },
      'broadcast { id }',
    )
    for (const forbidden of [id, conversationId, sent.broadcast.id, encodeId('Message', newId())]) {
      expect(await rejection(bob, NODE, { id: forbidden })).toEqual({
        data: { node: null },
        refused: [{ path: ['node'], code }],
      })
      expect(await rejection(bob, NODES, { ids: [bob.userId, forbidden] })).toEqual({
        data: null,
        refused: [{ path: ['nodes'], code }],
      })
    }
    expect(await bob.run(NODES, { ids: [alice.userId] })).toEqual({
      nodes: [{ __typename: 'User', id: alice.userId }],
    })
    const { errors } = await bob.send(NODE, { id })
    expect(errors?.[0]?.message).toBe('Your role lacks the permission MESSAGE_READ.')
  })

  it('refuse what costs too much although an id is malformed', async () => {
    const pages =
      'messages(first: 100) { nodes { replies(first: 100) { nodes { replies { nodes { id } } } } } }'
    const query = `{ node(id: "nonsense") { ... on Conversation { ${pages} } } }`
    expect(await rejection(acme.alice, query, {})).toEqual({
      data: undefined,
      refused: [{ path: undefined, code: 'QUERY_TOO_EXPENSIVE' }],
    })
  })
})
