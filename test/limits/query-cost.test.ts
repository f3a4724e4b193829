import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { openSocket, type RawSocket } from '../support/raw-socket.ts'
import { sharedApp } from '../support/shared-app.ts'

const TOO_EXPENSIVE = 'QUERY_TOO_EXPENSIVE'
const PAGES_OF_PAGES =
  'conversations(first: 100) { nodes { messages(first: 100) { nodes { replies(first: 100) { nodes { id } } } } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let socket: RawSocket
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  socket = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
})
afterAll(async () => {
  socket.socket.close()
  await app[Symbol.asyncDispose]()
})

const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions?.code

/** The first error over the WebSocket, whether it is the answer or a rejection to run. */
async function overSocket(query: string, variables = {}) {
  const { type, payload } = await socket.ask(query, { variables })
  return type === 'error' ? payload[0] : payload.errors?.[0]
}

describe('the cost of an operation', () => {
  it('lets the screens of a messenger pass at their longest', async () => {
    const { alice, bob } = acme
    const { conversationId } = await alice.say({ recipientId: bob.userId }, 'Hello')
    const inbox = await alice.run(`{
      viewer { user { id name } unread { total direct group mentions } inboxCursor }
      conversations(first: 100) { pageInfo { hasNextPage endCursor } edges { cursor node {
        id kind title unreadCount hasUnreadMention isMuted lastActivityAt counterpart { id name email }
        lastMessage { id seq body createdAt state status author { id name } mentions { id name } }
      } } }
    }`)
    expect(inbox.conversations.edges).toHaveLength(1)
    const page = await alice.run(
      `query ($id: ID!) { conversation(id: $id) {
        id title lastReadSeq eventsCursor participants(first: 100) { nodes { role user { id name } lastReadSeq } }
        messages(last: 100) { pageInfo { hasPreviousPage startCursor } nodes {
          id seq body subject priority state status createdAt editedAt replyCount author { id name }
          parent { id body author { id name } } mentions { id name }
          receipts(first: 10) { nodes { status readAt deliveredAt user { id name } } }
        } }
      } }`,
      { id: conversationId },
    )
    expect(page.conversation.messages.nodes).toHaveLength(1)
  })

  it('refuses pages of pages of pages, saying the cost and the limit', async () => {
    const { data, errors } = await acme.alice.send(`{ ${PAGES_OF_PAGES} }`)
    expect(data).toBeUndefined()
    expect(errors).toHaveLength(1)
    const { message, extensions } = errors?.[0] ?? {}
    expect(extensions).toEqual({ code: TOO_EXPENSIVE })
    expect(message).toMatch(/costs [1-9]\d{6}, and the limit is 20000/)
  })

  it.each([
    [
      'a page size in a variable',
      'query ($n: Int) { conversations(first: $n) { nodes { messages(first: $n) { nodes { replies(first: $n) { nodes { id } } } } } } }',
      { n: 100 },
    ],
    [
      'a page size by default',
      'query ($n: Int = 100) { conversations(first: $n) { nodes { messages(last: $n) { nodes { id } } } } }',
      {},
    ],
    [
      'no page size',
      '{ conversations { edges { node { messages { nodes { replies { nodes { id } } } } } } } }',
      {},
    ],
    [
      'fragments',
      `{ ...inbox } fragment inbox on Query { conversations(first: 100) { nodes { ...page } } }
      fragment page on Conversation { messages(first: 100) { nodes { ...replies } } } fragment replies on Message { replies(first: 100) { nodes { id } } }`,
      {},
    ],
    ['an inline fragment', `{ ... on Query { ... @include(if: true) { ${PAGES_OF_PAGES} } } }`, {}],
    [
      'a list of ids',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Conversation { messages(first: 100) { nodes { id seq } } } } }',
      { ids: Array.from({ length: 100 }, () => encodeId('Conversation', randomUUID())) },
    ],
  ])('counts %s', async (_name, query, variables) => {
    expect(codeOf(await acme.alice.send(query, variables))).toBe(TOO_EXPENSIVE)
    expect(await overSocket(query, variables)).toMatchObject({ extensions: { code: TOO_EXPENSIVE } })
  })

  it('counts the operation that is asked for and no other', async () => {
    const query = `query Cheap { viewer { user { id } } } query Dear { ${PAGES_OF_PAGES} }`
    const post = async (operationName: string) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${acme.alice.token}` },
        body: JSON.stringify({ query, operationName }),
      })
      return (await response.json()) as Answer
    }
    expect((await post('Cheap')).errors).toBeUndefined()
    expect(codeOf(await post('Dear'))).toBe(TOO_EXPENSIVE)
  })

  it('refuses a mutation for its payload before it writes', async () => {
    const { alice, bob } = acme
    const before = await alice.run('{ sentMessages { nodes { id } } }')
    const send = `mutation ($to: ID!) { sendMessage(input: { recipientId: $to, body: "dear" }) {
      ... on SendMessagePayload { conversation { messages(first: 100) { nodes { replies(first: 100) { nodes { replies { nodes { id } } } } } } } } } }`
    expect(codeOf(await alice.send(send, { to: bob.userId }))).toBe(TOO_EXPENSIVE)
    expect(await overSocket(send, { to: bob.userId })).toMatchObject({ extensions: { code: TOO_EXPENSIVE } })
    expect(await alice.run('{ sentMessages { nodes { id } } }')).toEqual(before)
  })

  it('refuses a subscription for its events before it starts, over WebSocket and SSE', async () => {
    const query =
      'subscription { inboxEvents { ... on ConversationActivity { conversation { messages(first: 100) { nodes { replies(first: 100) { nodes { id } } } } } } } }'
    const overHttp = await acme.alice.send(query, {}, { accept: 'text/event-stream' }).catch(() => undefined)
    expect(overHttp).toBeUndefined()
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${acme.alice.token}`,
      },
      body: JSON.stringify({ query }),
    })
    expect(await response.text()).toContain(TOO_EXPENSIVE)
    expect(await overSocket(query)).toMatchObject({ extensions: { code: TOO_EXPENSIVE } })
  })

  it('leaves the socket open after a rejection', async () => {
    expect(await overSocket(`{ ${PAGES_OF_PAGES} }`)).toMatchObject({ extensions: { code: TOO_EXPENSIVE } })
    const { payload } = await socket.ask('{ viewer { user { name } } }')
    expect(payload.data.viewer.user.name).toBe('Alice Acme')
  })
})
